package onload.jdk.internal;

import java.util.concurrent.locks.LockSupport;

/**
 * The end of the JVM. Connections are finished then, so that peers see an end and not silence; but the program's
 * threads that wait in a call stay there, as they would in the kernel's: nobody is told of a closed socket that
 * he did not close.
 */
public final class Ending {
    private static volatile boolean isBegun;

    private Ending() {}

    /** The JVM ends from now on. */
    public static void begin() {
        isBegun = true;
    }

    /** Does not come back if the JVM ends; for a thread of the program that was told that its socket is closed. */
    public static void stay() {
        while (isBegun) {
            LockSupport.park();
            // An interrupt would keep it from parking again.
            Thread.interrupted();
        }
    }
}
