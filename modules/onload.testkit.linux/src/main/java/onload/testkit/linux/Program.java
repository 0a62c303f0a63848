package onload.testkit.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A program that runs beside the test; it and those that it has started end with {@link #close}. */
public final class Program implements AutoCloseable {
    private static final int MOST_OUTPUT = 1 << 20;

    private final String text;
    private final Process process;
    private final StringBuilder output = new StringBuilder();
    private final Thread reader;

    private Program(String text, Process process) {
        this.text = text;
        this.process = process;
        reader = Thread.ofPlatform().daemon().name("output of " + text).start(this::read);
    }

    static Program start(String... command) {
        try {
            return new Program(
                    String.join(" ", command),
                    new ProcessBuilder(command).redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new AssertionError(String.join(" ", command) + " cannot be started", e);
        }
    }

    private void read() {
        byte[] bytes = new byte[8192];
        try (InputStream in = process.getInputStream()) {
            int count;
            while ((count = in.read(bytes)) >= 0) {
                synchronized (output) {
                    if (output.length() < MOST_OUTPUT) {
                        output.append(new String(bytes, 0, count, StandardCharsets.UTF_8));
                    }
                    output.notifyAll();
                }
            }
        } catch (IOException e) {
            // The program has ended.
        } finally {
            synchronized (output) {
                output.notifyAll();
            }
        }
    }

    /** {@return where to write what the program reads} */
    public OutputStream input() {
        return process.getOutputStream();
    }

    /** {@return what it has printed, the first mebibyte} */
    public String output() {
        synchronized (output) {
            return output.toString();
        }
    }

    /** {@return whether it runs} */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** {@return its number} */
    public long pid() {
        return process.pid();
    }

    /**
     * Waits until it has printed something.
     *
     * @param part what to wait for
     * @param seconds longest wait
     * @throws AssertionError if it does not come; the message has the output
     */
    public void awaitOutput(String part, int seconds) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        synchronized (output) {
            while (output.indexOf(part) < 0) {
                long leftMs = (deadline - System.nanoTime()) / 1_000_000;
                if (leftMs <= 0 || !reader.isAlive()) {
                    throw new AssertionError(
                            "%s has not printed \"%s\": %s".formatted(text, part, output));
                }
                try {
                    output.wait(Math.min(leftMs, 100));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError(text + " was waited for by an interrupted thread", e);
                }
            }
        }
    }

    /**
     * {@return all that it has printed, when it has ended well}
     *
     * @param seconds longest wait
     * @throws AssertionError if it does not end, or not with 0; the message has the output
     */
    public String awaitSuccess(int seconds) {
        int code = awaitExit(seconds);
        if (code != 0) {
            throw new AssertionError("%s ends with %d: %s".formatted(text, code, output()));
        }
        return output();
    }

    /**
     * {@return the exit code, when it has ended}
     *
     * @param seconds longest wait
     * @throws AssertionError if it does not end
     */
    public int awaitExit(int seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                throw new AssertionError(
                        "%s does not end within %d s: %s".formatted(text, seconds, output()));
            }
            reader.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(text + " was waited for by an interrupted thread", e);
        }
        return process.exitValue();
    }

    /** Kills it as {@code kill -9} does, and those that it has started. */
    public void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** Ends it. A second call does nothing. */
    @Override
    public void close() {
        kill();
        try {
            var _ = process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
