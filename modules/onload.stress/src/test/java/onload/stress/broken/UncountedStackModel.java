package onload.stress.broken;

import onload.nic.packet.PacketBuffers;
import onload.stress.model.Cards;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A stack of packets as {@link onload.sockets.lock.PacketStack} is one. Its fault: it does not count its
 * changes, so a top packet that went and came back looks as if it had been there all the time.
 */
@Param(name = "number", gen = IntGen.class, conf = "1:9")
public class UncountedStackModel {
    private final Cards cards = new Cards();
    private final AtomicInteger top = new AtomicInteger(PacketBuffers.NONE);

    /** Puts a number on top. */
    @Operation
    public void push(@Param(name = "number") int number) {
        int packet = cards.write(number);
        int seen;
        do {
            seen = top.get();
            cards.buffers().next(packet, seen);
        } while (!top.compareAndSet(seen, packet));
    }

    /** {@return the number that was on top, or 0} */
    @Operation
    public int pop() {
        while (true) {
            int packet = top.get();
            if (packet == PacketBuffers.NONE) {
                return 0;
            }
            if (top.compareAndSet(packet, cards.buffers().next(packet))) {
                int number = cards.read(packet);
                cards.giveBack(packet);
                return number;
            }
        }
    }
}
