package onload.sockets.dump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The directory of a file, found to be in order; {@link StackPlan} says how it is written. */
record StackDirectory(List<String> states, List<Block> blocks) {
    /** A block of counters that is within the file. */
    record Block(String name, int offset, List<String> counters) {
        Map<String, Long> values(Pieces file) throws IOException {
            ByteBuffer block = file.read(offset, counters.size() * Long.BYTES);
            Map<String, Long> values = new LinkedHashMap<>();
            counters.forEach(counter -> values.put(counter, block.getLong()));
            return values;
        }
    }

    static StackDirectory read(Pieces file, StackHeader header) throws IOException {
        ByteBuffer bytes = file.read(StackLayout.HEADER_LENGTH, header.directoryLength());
        List<String> states = names(file, bytes, StackLayout.MOST_STATES);
        int count = number(file, bytes, StackLayout.MOST_BLOCKS);
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blocks.add(block(file, header, bytes));
        }
        return new StackDirectory(states, blocks);
    }

    private static Block block(Pieces file, StackHeader header, ByteBuffer bytes) {
        String name = StackHeader.name(file, bytes);
        int offset = number(file, bytes, Integer.MAX_VALUE);
        List<String> counters = names(file, bytes, StackLayout.MOST_COUNTERS);
        header.checkPart(file, offset, (long) counters.size() * Long.BYTES);
        return new Block(name, offset, counters);
    }

    private static List<String> names(Pieces file, ByteBuffer bytes, int most) {
        int count = number(file, bytes, most);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(StackHeader.name(file, bytes));
        }
        return names;
    }

    private static int number(Pieces file, ByteBuffer bytes, int most) {
        if (bytes.remaining() < Integer.BYTES) {
            throw file.damaged("damaged: its directory ends before all is said");
        }
        int number = bytes.getInt();
        if (number < 0 || number > most) {
            throw file.damaged(
                    "damaged: its directory has the number %d; expected 0 to %d"
                            .formatted(number, most));
        }
        return number;
    }
}
