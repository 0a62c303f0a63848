package onload.stress.model;

import onload.nic.packet.PacketBuffers;
import onload.sockets.lock.Inbox;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;

/** A queue of numbers on packets, in an {@link Inbox}. */
@Param(name = "number", gen = IntGen.class, conf = "1:9")
public class InboxModel {
    private final Cards cards = new Cards();
    private final Inbox box = new Inbox(cards.buffers());

    /** Adds a number. */
    @Operation
    public void put(@Param(name = "number") int number) {
        box.put(cards.write(number));
    }

    /** {@return the first number, which is taken out, or 0} */
    @Operation
    public int read() {
        box.enter();
        int packet = box.first();
        int number = 0;
        if (packet != PacketBuffers.NONE) {
            number = cards.read(packet);
            box.removeFirst();
            cards.giveBack(packet);
        }
        box.leave();
        return number;
    }

    /** {@return all numbers, which stay, the first as the highest digit} */
    @Operation
    public long look() {
        box.enter();
        long numbers = 0;
        int packet = box.first();
        while (packet != PacketBuffers.NONE) {
            numbers = numbers * 10 + cards.read(packet);
            packet = box.after(packet);
        }
        box.leave();
        return numbers;
    }

    /** At rest it is said rightly whether there is something to read. */
    @Validate
    public void atRest() {
        boolean said = box.hasPackets();
        int packets = 0;
        box.enter();
        int packet = box.first();
        while (packet != PacketBuffers.NONE) {
            packets++;
            packet = box.after(packet);
        }
        box.leave();
        cards.expectOut(packets);
        if (said != packets > 0) {
            throw new IllegalStateException(
                    "hasPackets was %s with %d packets".formatted(said, packets));
        }
    }
}
