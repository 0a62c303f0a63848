package onload.testkit.tcp;

import onload.nic.emulated.EmulatedLink;
import onload.nic.emulated.FrameTap;
import onload.wire.text.FrameText;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.Locale;

/**
 * Runs scenarios from the line that a failure printed.
 *
 * <pre>java … onload.testkit.tcp.Replay "seed=0x7 topology=…"</pre>
 *
 * <p>With the system properties {@code from} and {@code to}, in seconds, it shows the segments at the bottleneck in
 * between, those of one port only with {@code port}.
 */
final class Replay {
    private Replay() {}

    public static void main(String[] arguments) {
        for (String text : arguments) {
            run(Scenario.parse(text));
        }
    }

    private static void run(Scenario scenario) {
        System.out.println(scenario);
        try {
            System.out.println(Simulation.run(scenario, Replay::show));
        } catch (AssertionError failure) {
            System.out.println(failure.getMessage());
            if (!(failure.getCause() instanceof Violation)) {
                failure.printStackTrace(System.out);
            }
        }
    }

    private static void show(Stage stage) {
        if (System.getProperty("from") == null) {
            return;
        }
        int number = 0;
        for (EmulatedLink link : stage.bottlenecks()) {
            link.tap(new Shown(stage.tapOf(link), number++));
        }
    }

    private static final class Shown implements FrameTap {
        private final long fromNs = (long) (Double.parseDouble(System.getProperty("from")) * 1e9);
        private final long toNs =
                (long) (Double.parseDouble(System.getProperty("to", "1e9")) * 1e9);
        private final int port = Integer.getInteger("port", 0);
        private final SegmentReader reader = new SegmentReader(false);
        private final FrameTap inner;
        private final int number;

        Shown(FrameTap inner, int number) {
            this.inner = inner;
            this.number = number;
        }

        @Override
        public void entered(long nowNs, UnsafeBuffer memory, int offset, int length) {
            show("in ", nowNs, memory, offset, length);
            inner.entered(nowNs, memory, offset, length);
        }

        @Override
        public void delivered(long nowNs, UnsafeBuffer memory, int offset, int length) {
            show("out", nowNs, memory, offset, length);
            inner.delivered(nowNs, memory, offset, length);
        }

        private void show(String where, long nowNs, UnsafeBuffer memory, int offset, int length) {
            if (nowNs < fromNs || nowNs > toNs || !reader.read(memory, offset, length)) {
                return;
            }
            if (port == 0 || port == reader.sourcePort || port == reader.destinationPort) {
                System.out.printf(
                        Locale.ROOT,
                        "%.6f link %d %s %s%n",
                        nowNs / 1e9,
                        number,
                        where,
                        FrameText.of(memory, offset, length));
            }
        }
    }
}
