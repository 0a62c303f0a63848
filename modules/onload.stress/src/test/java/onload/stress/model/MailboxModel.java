package onload.stress.model;

import onload.nic.packet.PacketBuffers;
import onload.sockets.lock.Mailbox;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/** A queue of numbers on packets that is emptied at once, in a {@link Mailbox}. */
@Param(name = "number", gen = IntGen.class, conf = "1:9")
public class MailboxModel {
    private final Cards cards = new Cards();
    private final Mailbox box = new Mailbox(cards.buffers());

    /** Adds a number. */
    @Operation
    public void put(@Param(name = "number") int number) {
        box.put(cards.write(number));
    }

    /** {@return all numbers, the first as the highest digit} */
    @Operation
    public long takeAll() {
        return read(box.takeAll());
    }

    /** {@return all numbers, the last as the highest digit} */
    @Operation
    public long takeAllLastFirst() {
        return read(box.takeAllLastFirst());
    }

    /** {@return whether there is no number} */
    @Operation
    public boolean isEmpty() {
        return box.isEmpty();
    }

    private long read(int first) {
        long numbers = 0;
        int packet = first;
        while (packet != PacketBuffers.NONE) {
            int next = cards.buffers().next(packet);
            numbers = numbers * 10 + cards.read(packet);
            cards.giveBack(packet);
            packet = next;
        }
        return numbers;
    }
}
