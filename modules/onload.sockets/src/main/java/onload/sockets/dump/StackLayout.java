package onload.sockets.dump;

/**
 * The file of a stack: a header, the directory of what else there is, texts, blocks of counters, the socket table. All
 * numbers are in the byte order of the machine that wrote it, by which the magic number is read.
 *
 * <p>What changes in several words has a version before it: odd while somebody writes, another one afterwards. There is
 * one writer at a time.
 */
final class StackLayout {
    /** Written last, when all else is in place: "onload" and two bytes that no text has. */
    static final long MAGIC = 0x6F6E_6C6F_6164_F11EL;

    /** To be raised with any change that an older reader would misread. */
    static final int LAYOUT = 1;

    static final int HEADER_LENGTH = 256;

    /** What one thread writes is not on a cache line, or beside one, that another does. */
    static final int ALIGNMENT = 128;

    /** Characters that names of stacks, blocks and counters may have. */
    static final int NAME_LENGTH = 64;

    static final int MOST_BLOCKS = 64;
    static final int MOST_COUNTERS = 1024;
    static final int MOST_SOCKETS = 1 << 20;
    static final int MOST_STATES = 64;

    /** More than the longest directory that the limits above allow would be: 64 blocks of 1024 names. */
    static final int MOST_DIRECTORY_BYTES = 8 << 20;

    // Header, in bytes from the beginning of the file.
    static final int MAGIC_OFFSET = 0;
    static final int LAYOUT_OFFSET = 8;
    static final int DIRECTORY_LENGTH_OFFSET = 12;
    static final int FILE_LENGTH_OFFSET = 16;
    static final int PID_OFFSET = 24;
    static final int PROCESS_START_MS_OFFSET = 32;
    static final int CREATED_MS_OFFSET = 40;
    static final int SOCKETS_OFFSET_OFFSET = 48;
    static final int SOCKETS_OFFSET = 52;
    static final int TEXT_OFFSET_OFFSET = 56;
    static final int STATE_OFFSET_OFFSET = 60;
    static final int NAME_OFFSET = 64;
    static final int HEARTBEAT_MS_OFFSET = 192;

    // A text: version, length, bytes of UTF-8.
    static final int TEXT_LENGTH_OFFSET = 8;
    static final int TEXT_BYTES_OFFSET = 16;

    /** Bytes of {@link StackFile#values}. */
    static final int TEXT_BYTES = 16 << 10;

    /** Bytes of {@link StackFile#state}. */
    static final int STATE_BYTES = 112;

    private StackLayout() {}

    /** Whether a text may be a name: what is shown on a terminal has no control characters and no surprises. */
    static boolean isName(String text) {
        return !text.isEmpty()
                && text.length() <= NAME_LENGTH
                && text.chars().allMatch(c -> c >= ' ' && c <= '~');
    }

    static long aligned(long length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
