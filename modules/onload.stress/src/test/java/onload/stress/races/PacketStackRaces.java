package onload.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import onload.nic.packet.PacketBuffers;
import onload.sockets.lock.PacketStack;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** No packet of a stock is had twice, and none is lost. */
public final class PacketStackRaces {
    private PacketStackRaces() {}

    /** A stock of packets. */
    public abstract static class Stock extends Packets {
        /** The stock. */
        protected final PacketStack stack = new PacketStack(buffers);

        /** Fills it with the first packets. */
        protected Stock(int packets) {
            for (int packet = 0; packet < packets; packet++) {
                stack.push(packet);
            }
        }

        /** {@return how many packets it said there were} Takes what is in it. */
        protected final int drain() {
            int size = stack.size();
            for (int i = 0; i < PACKETS; i++) {
                count(digit(stack.pop()));
            }
            return stack.pop() == PacketBuffers.NONE ? size : -1;
        }
    }

    /** Two take one of two. */
    @JCStressTest
    @Outcome(
            id = {"1, 10, 0", "10, 1, 0"},
            expect = ACCEPTABLE,
            desc = "each another one")
    @State
    public static class TwoPop extends Stock {
        /** Makes the state. */
        public TwoPop() {
            super(2);
        }

        /** The one. */
        @Actor
        public void one(III_Result r) {
            r.r1 = digit(stack.pop());
        }

        /** The other. */
        @Actor
        public void other(III_Result r) {
            r.r2 = digit(stack.pop());
        }

        /** Afterwards. */
        @Arbiter
        public void after(III_Result r) {
            r.r3 = stack.size();
        }
    }

    /** One takes the top; the other does too, takes what is below and puts the top back: it looks like before. */
    @JCStressTest
    @Outcome(id = "1111, 2", expect = ACCEPTABLE, desc = "each packet in one place")
    @State
    public static class TopComesBack extends Stock {
        private int ones;
        private int others;

        /** Makes the state. */
        public TopComesBack() {
            super(PACKETS);
        }

        /** The one. */
        @Actor
        public void one() {
            ones = digit(stack.pop());
        }

        /** The other. */
        @Actor
        public void other() {
            int top = stack.pop();
            others = digit(stack.pop());
            stack.push(top);
        }

        /** Afterwards. */
        @Arbiter
        public void after(II_Result r) {
            r.r2 = drain();
            count(ones);
            count(others);
            r.r1 = tally;
        }
    }

    /** Two put a packet with a number in it into an empty stock, and take one. */
    @JCStressTest
    @Outcome(
            id = {"7, 8, 11", "8, 7, 11"},
            expect = ACCEPTABLE,
            desc = "what was written is read, and each packet is in one place")
    @State
    public static class PushAndPop extends Stock {
        private int ones;
        private int others;

        /** Makes the state. */
        public PushAndPop() {
            super(0);
        }

        /** The one. */
        @Actor
        public void one(III_Result r) {
            write(0, 7);
            stack.push(0);
            int packet = stack.pop();
            ones = digit(packet);
            r.r1 = read(packet);
        }

        /** The other. */
        @Actor
        public void other(III_Result r) {
            write(1, 8);
            stack.push(1);
            int packet = stack.pop();
            others = digit(packet);
            r.r2 = read(packet);
        }

        /** Afterwards. */
        @Arbiter
        public void after(III_Result r) {
            drain();
            count(ones);
            count(others);
            r.r3 = tally;
        }
    }
}
