package onload.jdk.internal;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** The sockets of the kernel, by the JDK's own selector. */
public final class KernelSource implements Source {
    private static final long NS_PER_MS = 1_000_000L;

    private final Selector selector;

    KernelSource() throws IOException {
        selector = KernelSockets.provider().openSelector();
    }

    /** {@return where they are registered} */
    public Selector selector() {
        return selector;
    }

    @Override
    public int poll(Ready ready) throws IOException {
        try {
            return selector.selectNow() == 0 && selector.selectedKeys().isEmpty() ? 0 : tell(ready);
        } catch (ClosedSelectorException e) {
            return 0;
        }
    }

    @Override
    public int await(Ready ready, long timeoutNs) throws IOException {
        try {
            return selector.select(milliseconds(timeoutNs)) == 0 ? 0 : tell(ready);
        } catch (ClosedSelectorException e) {
            return 0;
        }
    }

    private int tell(Ready ready) {
        int told = 0;
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.isValid()) {
                ready.kernelReady(key);
                told++;
            }
        }
        selector.selectedKeys().clear();
        return told;
    }

    @Override
    public void awaitOnly(long timeoutNs) throws IOException {
        try {
            selector.select(milliseconds(timeoutNs));
        } catch (ClosedSelectorException e) {
            // Nothing is ready any more.
        }
    }

    /** Rounded up; a selector takes 0 for ever, and that for nothing. */
    private static long milliseconds(long timeoutNs) {
        return timeoutNs == Long.MAX_VALUE
                ? 0
                : Math.max(1, (timeoutNs + NS_PER_MS - 1) / NS_PER_MS);
    }

    @Override
    public void wake() {
        selector.wakeup();
    }

    @Override
    public void close() throws IOException {
        selector.close();
    }
}
