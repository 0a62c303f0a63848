package onload.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import onload.nic.packet.PacketBuffers;
import onload.sockets.lock.Mailbox;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** What is put into a mailbox is taken out once, in order, as it was written. */
public final class MailboxRaces {
    private MailboxRaces() {}

    /** A mailbox, and the numbers that were in packets that were taken out. */
    public abstract static class Post extends Packets {
        /** The box. */
        protected final Mailbox box = new Mailbox(buffers);

        /** Puts a packet with its number + 1 in it. */
        protected final void put(int packet) {
            write(packet, packet + 1);
            box.put(packet);
        }

        /** {@return numbers, and all that are taken now as further decimal digits} */
        protected final int take(int numbers) {
            int all = numbers;
            int packet = box.takeAll();
            while (packet != PacketBuffers.NONE) {
                all = all * 10 + read(packet);
                packet = buffers.next(packet);
            }
            return all;
        }
    }

    /** One puts three, the other takes, twice. */
    @JCStressTest
    @Outcome(id = "123", expect = ACCEPTABLE, desc = "each once, in order")
    @State
    public static class PuttingAndTaking extends Post {
        private int taken;

        /** Puts. */
        @Actor
        public void put() {
            put(0);
            put(1);
            put(2);
        }

        /** Takes. */
        @Actor
        public void take() {
            taken = take(take(0));
        }

        /** Afterwards. */
        @Arbiter
        public void after(I_Result r) {
            r.r1 = take(taken);
        }
    }

    /** Two put two each; each thread's stay in order. */
    @JCStressTest
    @Outcome(
            id = {"1234", "1324", "1342", "3124", "3142", "3412"},
            expect = ACCEPTABLE,
            desc = "each once, each thread's in order")
    @State
    public static class TwoPut extends Post {
        /** The one. */
        @Actor
        public void one() {
            put(0);
            put(1);
        }

        /** The other. */
        @Actor
        public void other() {
            put(2);
            put(3);
        }

        /** Afterwards. */
        @Arbiter
        public void after(I_Result r) {
            r.r1 = take(0);
        }
    }

    /** Two put one and take all: one that was taken comes back while the other puts. */
    @JCStressTest
    @Outcome(id = "11, 1", expect = ACCEPTABLE, desc = "each packet in one place")
    @State
    public static class ComingBack extends Post {
        private int ones;

        /** Takes what the other has put, and puts it back. */
        @Actor
        public void one() {
            put(0);
            int packet = box.takeAllLastFirst();
            if (packet != PacketBuffers.NONE) {
                int below = buffers.next(packet);
                box.put(packet);
                ones = digit(below);
            }
        }

        /** Puts. */
        @Actor
        public void other() {
            put(1);
        }

        /** Afterwards. */
        @Arbiter
        public void after(II_Result r) {
            count(ones);
            int packet = box.takeAll();
            while (packet != PacketBuffers.NONE) {
                count(digit(packet));
                packet = buffers.next(packet);
            }
            r.r1 = tally;
            r.r2 = box.isEmpty() ? 1 : 0;
        }
    }
}
