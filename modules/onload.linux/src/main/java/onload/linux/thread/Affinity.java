package onload.linux.thread;

import onload.linux.LinuxException;
import onload.linux.Struct;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;

import java.util.BitSet;

/** On which processors the calling thread runs; {@code sched_setaffinity(2)}. A platform thread's affair. */
public final class Affinity {
    /** Bytes of a mask: 8192 processors, the most that a kernel is built for (CONFIG_NR_CPUS). */
    private static final int MASK_LENGTH = 1024;

    private Affinity() {}

    /** {@return the processors that the calling thread may run on} */
    public static BitSet current() {
        try (Struct mask = Struct.of(MASK_LENGTH)) {
            long written =
                    LinuxException.check(
                            new SystemCalls()
                                    .call(
                                            SystemCall.SCHED_GETAFFINITY,
                                            0,
                                            MASK_LENGTH,
                                            mask.address()),
                            "sched_getaffinity");
            long[] words = new long[(int) (written / Long.BYTES)];
            for (int i = 0; i < words.length; i++) {
                words[i] = mask.bytes().getLong(i * Long.BYTES);
            }
            return BitSet.valueOf(words);
        }
    }

    /**
     * Lets the calling thread run on some processors only.
     *
     * @param processors one or more, from 0
     * @throws IllegalArgumentException if none of them is there for this process; the message says which are
     */
    public static void bind(BitSet processors) {
        try (Struct mask = Struct.of(MASK_LENGTH)) {
            long[] words = processors.toLongArray();
            for (int i = 0; i < Math.min(words.length, MASK_LENGTH / Long.BYTES); i++) {
                mask.bytes().putLong(i * Long.BYTES, words[i]);
            }
            long result =
                    new SystemCalls()
                            .call(SystemCall.SCHED_SETAFFINITY, 0, MASK_LENGTH, mask.address());
            if (result < 0) {
                throw new IllegalArgumentException(
                        "a thread cannot run on processors %s; this process has %s"
                                .formatted(processors, current()));
            }
        }
    }

    /**
     * Lets the calling thread run on one processor only.
     *
     * @param processor its number, ≥ 0
     * @throws IllegalArgumentException if it is not there for this process
     */
    public static void bind(int processor) {
        BitSet one = new BitSet();
        one.set(processor);
        bind(one);
    }
}
