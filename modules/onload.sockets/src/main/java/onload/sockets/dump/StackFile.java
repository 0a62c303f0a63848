package onload.sockets.dump;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a stack shows to other processes: its counters, its sockets, its options, in a file that is mapped into memory.
 * {@link StackView} reads it, while the stack runs or after its process has died; the stack never knows.
 *
 * <p>The file is there from {@link #create} to {@link #close}. That of a process that died stays until somebody removes
 * it ({@link StackFiles#removeDead}).
 *
 * <p>Belongs to the holder of the stack lock; {@link #heartbeat} and {@link #copy} may be called by any one thread at a
 * time. Writing allocates nothing but the bytes of texts. What is written in one call to {@link #socket}, {@link
 * #state} or {@link #values} is seen as a whole or not at all: a version before it is made odd, then come the
 * data (store-store fence), then the next even version (release).
 */
public final class StackFile implements Closeable {
    /** Who finds a file of this process's number that is not complete knows that nobody is at it. */
    private static final Object ONE_AT_A_TIME = new Object();

    private final Path path;
    private final UnsafeBuffer file;
    private final Map<String, UnsafeBuffer> blocks = new LinkedHashMap<>();
    private final VersionedText state;
    private final VersionedText values;
    private final SocketTable sockets;

    /** The name may be another stack's by now. */
    private boolean isClosed;

    private StackFile(Path path, MappedByteBuffer mapped, StackPlan plan) {
        this.path = path;
        mapped.order(ByteOrder.nativeOrder());
        file = new UnsafeBuffer(mapped);
        state = new VersionedText(part(plan.state()));
        values = new VersionedText(part(plan.text()));
        sockets = new SocketTable(part(plan.sockets()));
        plan.blocks().forEach((name, part) -> blocks.put(name, part(part)));
        plan.write(file);
    }

    private UnsafeBuffer part(StackPlan.Part part) {
        return new UnsafeBuffer(file, part.offset(), part.length());
    }

    /**
     * Makes the file of a stack, all counters 0, all entries of sockets free.
     *
     * @param folder where, such as {@link StackFiles#folder()}; it has to be there
     * @param stackName what the stack is called, in the file as it is and in the name of the file with {@code _} for
     *     what has no place there; 1 to {@value StackLayout#NAME_LENGTH} printable ASCII characters
     * @param blocks the counters, each block with another name
     * @param sockets how many sockets the stack can have, 0 to {@value StackLayout#MOST_SOCKETS}
     * @return the file, in place and readable by this user only
     * @throws IllegalArgumentException if one of these is not as above
     * @throws IOException if the file cannot be made: there is a stack of this name in the process already, there is no
     *     space, the folder cannot be written
     */
    public static StackFile create(
            Path folder, String stackName, List<CounterBlock> blocks, int sockets)
            throws IOException {
        StackPlan plan = StackPlan.of(stackName, blocks, sockets);
        Path path = folder.resolve(StackFiles.fileName(ProcessHandle.current().pid(), stackName));
        synchronized (ONE_AT_A_TIME) {
            return new StackFile(path, StackFiles.create(path, plan.length()), plan);
        }
    }

    /** {@return where the file is} */
    public Path path() {
        return path;
    }

    /**
     * {@return the memory of a block of counters, to be handed to what counts} It begins at a multiple of 8 and stays
     * mapped as long as somebody refers to it, also after {@link #close}.
     *
     * @param blockName the name of the block
     * @throws IllegalArgumentException if there is no such block
     */
    public UnsafeBuffer counters(String blockName) {
        return block(blockName);
    }

    /**
     * Writes the values of counters that are counted elsewhere.
     *
     * @param blockName the name of the block
     * @param counts a value for each counter of the block
     * @throws IllegalArgumentException if there is no such block, or it has another number of counters
     */
    public void copy(String blockName, long[] counts) {
        UnsafeBuffer block = block(blockName);
        if (counts.length * Long.BYTES != block.capacity()) {
            throw new IllegalArgumentException(
                    "%d values for the block %s; expected %d"
                            .formatted(counts.length, blockName, block.capacity() / Long.BYTES));
        }
        for (int i = 0; i < counts.length; i++) {
            block.putLongOpaque(i * Long.BYTES, counts[i]);
        }
    }

    private UnsafeBuffer block(String name) {
        UnsafeBuffer block = blocks.get(name);
        if (block == null) {
            throw new IllegalArgumentException(
                    "there is no block %s in the file of this stack; expected one of %s"
                            .formatted(name, blocks.keySet()));
        }
        return block;
    }

    /**
     * Says that the stack is at work.
     *
     * @param wallClockMs the time, in milliseconds since 1970-01-01T00:00Z
     */
    public void heartbeat(long wallClockMs) {
        file.putLongOpaque(StackLayout.HEARTBEAT_MS_OFFSET, wallClockMs);
    }

    /**
     * Says what the stack is doing, such as {@code running}.
     *
     * @param text a few words; what does not fit {@value StackLayout#STATE_BYTES} bytes is cut off
     */
    public void state(String text) {
        state.write(text);
    }

    /**
     * Says what else there is to say of the stack: its options and where their values come from, its interfaces.
     *
     * @param text lines; what does not fit {@value StackLayout#TEXT_BYTES} bytes is cut off
     */
    public void values(String text) {
        values.write(text);
    }

    /**
     * Writes the entry of a socket.
     *
     * @param slot which socket, 0 to the number given to {@link #create} less 1
     * @param record what is to stand there
     * @throws IndexOutOfBoundsException if there is no such slot
     */
    public void socket(int slot, SocketRecord record) {
        sockets.write(slot, record);
    }

    /**
     * Frees the entry of a socket.
     *
     * @param slot which socket, 0 to the number given to {@link #create} less 1
     * @throws IndexOutOfBoundsException if there is no such slot
     */
    public void clear(int slot) {
        sockets.clear(slot);
    }

    /**
     * Removes the file. Counters in its memory can still be read and written: the memory goes with the last buffer that
     * refers to it, so that a socket that outlives its stack does no harm. Doing it again does nothing.
     *
     * @throws IOException if the file cannot be removed
     */
    @Override
    public void close() throws IOException {
        if (!isClosed) {
            isClosed = true;
            Files.deleteIfExists(path);
        }
    }

    /** {@return where the file is} */
    @Override
    public String toString() {
        return path.toString();
    }
}
