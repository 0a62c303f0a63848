package onload.jdk.internal;

import onload.sockets.Poller;
import onload.sockets.Stack;

/** The sockets of one stack. */
public final class StackSource implements Source {
    private static final int MOST = 1024;
    private static final Poller.Ready NOBODY = (key, readiness) -> {};

    private final Stack stack;
    private final Poller poller;

    StackSource(Stack stack) {
        this.stack = stack;
        poller = stack.poller();
    }

    /** {@return whose sockets these are} */
    public Stack stack() {
        return stack;
    }

    /** {@return whether the stack was not closed} */
    boolean isOpen() {
        return stack.isOpen();
    }

    /** {@return where they are registered} */
    public Poller poller() {
        return poller;
    }

    @Override
    public int poll(Ready ready) {
        return count(poller.poll(told(ready), MOST, 0));
    }

    @Override
    public int await(Ready ready, long timeoutNs) {
        return count(poller.poll(told(ready), MOST, timeoutNs));
    }

    private static Poller.Ready told(Ready ready) {
        return ready instanceof Poller.Ready itself ? itself : ready::stackReady;
    }

    /** A poller is closed with its stack, and a thread that is interrupted finds out by itself. */
    private static int count(int told) {
        return Math.max(0, told);
    }

    @Override
    public void awaitOnly(long timeoutNs) {
        // What is ready stays listed in the poller, and is told again.
        int _ = poller.poll(NOBODY, 1, timeoutNs);
    }

    @Override
    public void wake() {
        poller.wakeUp();
    }

    @Override
    public void close() {
        poller.close();
    }
}
