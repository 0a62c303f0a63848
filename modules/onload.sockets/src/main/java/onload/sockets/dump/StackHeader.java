package onload.sockets.dump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The header of a file, found to be in order: every offset leads to something that is within the file. */
record StackHeader(
        String name,
        long pid,
        long processStartMs,
        long createdMs,
        int directoryLength,
        long length,
        int socketsOffset,
        int sockets,
        int textOffset,
        int stateOffset) {
    static StackHeader read(Pieces file) throws IOException {
        if (file.length() < StackLayout.HEADER_LENGTH) {
            throw file.damaged(
                    "not the file of a stack, or not yet: it has %d bytes; expected %d or more"
                            .formatted(file.length(), StackLayout.HEADER_LENGTH));
        }
        checkMagic(file);
        ByteBuffer bytes = file.read(0, StackLayout.HEADER_LENGTH);
        int layout = bytes.getInt(StackLayout.LAYOUT_OFFSET);
        if (layout != StackLayout.LAYOUT) {
            throw file.damaged(
                    "of layout %d; expected %d: it is of another version"
                            .formatted(layout, StackLayout.LAYOUT));
        }
        StackHeader header = of(file, bytes);
        header.check(file);
        return header;
    }

    private static void checkMagic(Pieces file) throws IOException {
        long magic = file.read(StackLayout.MAGIC_OFFSET, Long.BYTES).getLong(0);
        if (magic == Long.reverseBytes(StackLayout.MAGIC)) {
            boolean isBig = file.order() == ByteOrder.BIG_ENDIAN;
            file.order(isBig ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        } else if (magic != StackLayout.MAGIC) {
            throw file.damaged(
                    "not the file of a stack, or not yet: it begins with 0x%016x; expected 0x%016x"
                            .formatted(magic, StackLayout.MAGIC));
        }
    }

    private static StackHeader of(Pieces file, ByteBuffer bytes) {
        return new StackHeader(
                name(file, bytes.duplicate().position(StackLayout.NAME_OFFSET)),
                bytes.getLong(StackLayout.PID_OFFSET),
                bytes.getLong(StackLayout.PROCESS_START_MS_OFFSET),
                bytes.getLong(StackLayout.CREATED_MS_OFFSET),
                bytes.getInt(StackLayout.DIRECTORY_LENGTH_OFFSET),
                bytes.getLong(StackLayout.FILE_LENGTH_OFFSET),
                bytes.getInt(StackLayout.SOCKETS_OFFSET_OFFSET),
                bytes.getInt(StackLayout.SOCKETS_OFFSET),
                bytes.getInt(StackLayout.TEXT_OFFSET_OFFSET),
                bytes.getInt(StackLayout.STATE_OFFSET_OFFSET));
    }

    /** {@return the name that begins at the position of a buffer, which is moved behind it} */
    static String name(Pieces file, ByteBuffer bytes) {
        int length = bytes.hasRemaining() ? bytes.get() & 0xFF : 0;
        if (length == 0 || length > Math.min(bytes.remaining(), StackLayout.NAME_LENGTH)) {
            throw file.damaged(
                    "damaged: a name has %d characters; expected 1 to %d"
                            .formatted(length, StackLayout.NAME_LENGTH));
        }
        byte[] characters = new byte[length];
        bytes.get(characters);
        String name = new String(characters, StandardCharsets.ISO_8859_1);
        if (!StackLayout.isName(name)) {
            throw file.damaged("damaged: a name has characters that are not printable ASCII");
        }
        return name;
    }

    private void check(Pieces file) throws IOException {
        if (length < StackLayout.HEADER_LENGTH || length > file.length()) {
            throw file.damaged(
                    "damaged: it has %d bytes; expected %d, as it says"
                            .formatted(file.length(), length));
        }
        if (directoryLength < 0 || directoryLength > StackLayout.MOST_DIRECTORY_BYTES) {
            throw file.damaged(
                    "damaged: its directory has %d bytes; expected at most %d"
                            .formatted(directoryLength, StackLayout.MOST_DIRECTORY_BYTES));
        }
        if (sockets < 0 || sockets > StackLayout.MOST_SOCKETS) {
            throw file.damaged(
                    "damaged: its table has %d sockets; expected at most %d"
                            .formatted(sockets, StackLayout.MOST_SOCKETS));
        }
        checkPart(file, StackLayout.HEADER_LENGTH, directoryLength);
        checkPart(file, socketsOffset, (long) sockets * SocketLayout.LENGTH);
        checkPart(file, textOffset, StackLayout.TEXT_BYTES_OFFSET + StackLayout.TEXT_BYTES);
        checkPart(file, stateOffset, StackLayout.TEXT_BYTES_OFFSET + StackLayout.STATE_BYTES);
    }

    /** Throws unless a part is within the file and behind its header. */
    void checkPart(Pieces file, int offset, long partLength) {
        if (offset < StackLayout.HEADER_LENGTH
                || partLength > length - offset
                || offset % Long.BYTES != 0) {
            throw file.damaged(
                    "damaged: %d bytes from byte %d on are not a part of it; it has %d"
                            .formatted(partLength, offset, length));
        }
    }
}
