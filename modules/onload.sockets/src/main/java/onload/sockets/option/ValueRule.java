package onload.sockets.option;

import onload.tcp.TcpSetting;

import java.util.List;
import java.util.stream.Stream;

/**
 * What values an option may have.
 *
 * @param type what they are
 * @param otherwise the default in the unit of the type; 0 for text
 * @param least the smallest
 * @param most the largest; of text, its length
 * @param words of which it is one, if it is a word
 * @param onload how Onload calls the same
 * @param isPowerOfTwo whether nothing else is allowed
 */
record ValueRule(
        OptionType type,
        long otherwise,
        long least,
        long most,
        List<String> words,
        List<OnloadVariable> onload,
        boolean isPowerOfTwo) {
    /** A duration that does not end. */
    static final long FOREVER = Long.MAX_VALUE;

    private static ValueRule of(OptionType type, long otherwise, long least, long most) {
        return new ValueRule(type, otherwise, least, most, List.of(), List.of(), false);
    }

    static ValueRule toggle(boolean otherwise) {
        return of(OptionType.SWITCH, otherwise ? 1 : 0, 0, 1);
    }

    static ValueRule number(long otherwise, long least, long most) {
        return of(OptionType.NUMBER, otherwise, least, most);
    }

    static ValueRule bytes(long otherwise, long least, long most) {
        return of(OptionType.BYTES, otherwise, least, most);
    }

    static ValueRule nanos(long otherwise, long least, long most) {
        return of(OptionType.DURATION, otherwise, least, most);
    }

    static ValueRule oneOf(String otherwise, String... words) {
        List<String> all = List.of(words);
        long most = all.size() - 1L;
        return new ValueRule(
                OptionType.WORD, all.indexOf(otherwise), 0, most, all, List.of(), false);
    }

    static ValueRule text(int most) {
        return of(OptionType.TEXT, 0, 0, most);
    }

    /** The name of a setting says its unit; a switch is what can only be 0 and 1. */
    static ValueRule tcp(TcpSetting setting) {
        OptionType type = OptionType.NUMBER;
        if (setting.name().endsWith("_NS")) {
            type = OptionType.DURATION;
        } else if (setting.name().endsWith("_BYTES")) {
            type = OptionType.BYTES;
        } else if (setting.least() == 0 && setting.most() == 1) {
            type = OptionType.SWITCH;
        }
        return of(type, setting.defaultValue(), setting.least(), setting.most());
    }

    ValueRule onload(String name, OnloadUnit unit) {
        List<OnloadVariable> more =
                Stream.concat(onload.stream(), Stream.of(new OnloadVariable(name, unit))).toList();
        return new ValueRule(type, otherwise, least, most, words, more, isPowerOfTwo);
    }

    ValueRule inPowersOfTwo() {
        return new ValueRule(type, otherwise, least, most, words, onload, true);
    }
}
