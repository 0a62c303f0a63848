package onload.sockets.dump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Files of stacks to be read and to be spoilt. */
final class StackFixture {
    static final int SOCKETS = 10;

    /** What a test counts. */
    enum Count {
        ONE,
        TWO_WORDS,
        LAST
    }

    private StackFixture() {}

    static List<CounterBlock> blocks() {
        return List.of(
                new CounterBlock("first", Count.values()),
                new CounterBlock("empty", List.of()),
                new CounterBlock("second", Count.values()));
    }

    static StackFile create(Path folder) throws IOException {
        return StackFile.create(folder, "test", blocks(), SOCKETS);
    }

    /** {@return a copy of the file of a stack with something in it} */
    static byte[] bytes(Path folder) throws IOException {
        try (StackFile file = create(folder)) {
            file.state("running");
            file.values("an option=7\n");
            file.copy("first", new long[] {1, 2, 3});
            file.socket(3, new SocketRecord().reset(SocketKind.TCP).traffic(1, 2, 3));
            file.socket(9, new SocketRecord().reset(SocketKind.UDP).traffic(1, 2, 3));
            return Files.readAllBytes(file.path());
        }
    }

    static Map<String, Long> counters(StackView view, String block) throws IOException {
        return Objects.requireNonNull(view.counters().get(block), block);
    }

    static long counter(StackView view, String block, String name) throws IOException {
        return Objects.requireNonNull(counters(view, block).get(name), name);
    }

    static String message(Throwable e) {
        return Objects.requireNonNull(e.getMessage(), "a message");
    }

    static byte[] withLong(byte[] bytes, int offset, long value) {
        byte[] changed = bytes.clone();
        buffer(changed).putLong(offset, value);
        return changed;
    }

    static byte[] withInt(byte[] bytes, int offset, int value) {
        byte[] changed = bytes.clone();
        buffer(changed).putInt(offset, value);
        return changed;
    }

    static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }
}
