package onload.stress.model;

import onload.nic.packet.PacketBuffers;
import onload.sockets.lock.PacketStack;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;

/** A stack of numbers on packets, in a {@link PacketStack}. */
@Param(name = "number", gen = IntGen.class, conf = "1:9")
public class PacketStackModel {
    private final Cards cards = new Cards();
    private final PacketStack stack = new PacketStack(cards.buffers());

    /** Puts a number on top. */
    @Operation
    public void push(@Param(name = "number") int number) {
        stack.push(cards.write(number));
    }

    /** {@return the number that was on top, or 0} */
    @Operation
    public int pop() {
        int packet = stack.pop();
        if (packet == PacketBuffers.NONE) {
            return 0;
        }
        int number = cards.read(packet);
        cards.giveBack(packet);
        return number;
    }

    /** At rest the size is right. */
    @Validate
    public void atRest() {
        cards.expectOut(stack.size());
    }
}
