package onload.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import onload.nic.packet.PacketBuffers;
import onload.sockets.lock.Inbox;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** What is put into an inbox is read once, in order, and an inbox with something in it says so. */
public final class InboxRaces {
    private InboxRaces() {}

    /** An inbox. */
    public abstract static class Received extends Packets {
        /** The box. */
        protected final Inbox box = new Inbox(buffers);

        /** Puts a packet with its number + 1 in it. */
        protected final void put(int packet) {
            write(packet, packet + 1);
            box.put(packet);
        }

        /** {@return numbers, and one that is read now, if there is one, as a further decimal digit} */
        protected final int readOne(int numbers) {
            box.enter();
            int packet = box.first();
            int all = numbers;
            if (packet != PacketBuffers.NONE) {
                all = all * 10 + read(packet);
                box.removeFirst();
            }
            box.leave();
            return all;
        }

        /** {@return numbers, and all that are read now as further digits; or -1 if the box said wrong} */
        protected final int readAll(int numbers) {
            int all = numbers;
            while (box.hasPackets()) {
                int next = readOne(all);
                if (next == all) {
                    return -1;
                }
                all = next;
            }
            return readOne(all) == all ? all : -1;
        }
    }

    /** One puts three, the other reads two. */
    @JCStressTest
    @Outcome(id = "123", expect = ACCEPTABLE, desc = "each once, in order")
    @State
    public static class PuttingAndReading extends Received {
        private int taken;

        /** Puts. */
        @Actor
        public void put() {
            put(0);
            put(1);
            put(2);
        }

        /** Reads. */
        @Actor
        public void read() {
            taken = readOne(readOne(0));
        }

        /** Afterwards. */
        @Arbiter
        public void after(I_Result r) {
            r.r1 = readAll(taken);
        }
    }

    /** Two read one each of three. */
    @JCStressTest
    @Outcome(
            id = {"12, 3", "21, 3"},
            expect = ACCEPTABLE,
            desc = "each once, in order")
    @State
    public static class TwoRead extends Received {
        private int ones;
        private int others;

        /** Makes the state. */
        public TwoRead() {
            put(0);
            put(1);
            put(2);
        }

        /** The one. */
        @Actor
        public void one() {
            ones = readOne(0);
        }

        /** The other. */
        @Actor
        public void other() {
            others = readOne(0);
        }

        /** Afterwards. */
        @Arbiter
        public void after(II_Result r) {
            r.r1 = ones * 10 + others;
            r.r2 = readAll(0);
        }
    }

    /** One looks for what comes after the first packet, which stays, while another is put. */
    @JCStressTest
    @Outcome(
            id = {"1, 123", "12, 123", "123, 123"},
            expect = ACCEPTABLE,
            desc = "seen in order, and all still there")
    @State
    public static class LookingAhead extends Received {
        private int seen;

        /** Makes the state. */
        public LookingAhead() {
            put(0);
        }

        /** Puts. */
        @Actor
        public void put() {
            put(1);
            put(2);
        }

        /** Looks. */
        @Actor
        public void look() {
            box.enter();
            int packet = box.first();
            while (packet != PacketBuffers.NONE) {
                seen = seen * 10 + read(packet);
                packet = box.after(packet);
            }
            box.leave();
        }

        /** Afterwards. */
        @Arbiter
        public void after(II_Result r) {
            r.r1 = seen;
            r.r2 = readAll(0);
        }
    }

    /** A reader makes room for the packet that stays in the box all the time, which everybody sees. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "it is seen")
    @State
    public static class OneStays extends Received {
        /** Makes the state. */
        public OneStays() {
            put(0);
            put(1);
        }

        /** Reads the first. */
        @Actor
        public void read(II_Result r) {
            r.r1 = readOne(0);
        }

        /** Looks. */
        @Actor
        public void look(II_Result r) {
            r.r2 = box.hasPackets() ? 1 : 0;
        }
    }

    /** The same when the second comes in while the first is not read yet. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "what was put in before is seen")
    @State
    public static class OneIsPutAndSeen extends Received {
        /** Makes the state. */
        public OneIsPutAndSeen() {
            put(0);
            box.enter();
            box.first();
            box.leave();
        }

        /** Reads the first. */
        @Actor
        public void read(II_Result r) {
            r.r1 = readOne(0);
        }

        /** Puts the second, and looks. */
        @Actor
        public void look(II_Result r) {
            put(1);
            r.r2 = box.hasPackets() ? 1 : 0;
        }
    }
}
