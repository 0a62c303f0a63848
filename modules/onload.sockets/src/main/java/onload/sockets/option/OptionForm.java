package onload.sockets.option;

import onload.nic.text.NearestName;

import java.util.List;

/**
 * What values an option has.
 *
 * @param type how they are written
 * @param otherwise the value if nobody says another
 * @param least the smallest number
 * @param most the largest number
 * @param words the words, the default first; empty if it is no word
 * @param doc what the option is, in one line
 */
record OptionForm(
        OptionType type, String otherwise, long least, long most, List<String> words, String doc) {
    private static final int LONGEST_TEXT = 4096;

    /** {@return what is allowed, in words} */
    String allowed() {
        return switch (type) {
            case SWITCH -> type.expected();
            case WORD -> String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
            case TEXT -> type.expected();
            default -> type.text(least) + " to " + type.text(most);
        };
    }

    /**
     * {@return a value as people would write it}
     *
     * @param option name of the option, for messages
     * @throws IllegalArgumentException if it is not allowed; the message says what was expected
     */
    String check(String option, String value) {
        return switch (type) {
            case TEXT -> checkText(option, value);
            case WORD -> {
                if (!words.contains(value)) {
                    String question = NearestName.question(value, words);
                    throw refused(
                            option,
                            value,
                            question.isEmpty() ? "; expected " : question + " Expected ",
                            allowed());
                }
                yield value;
            }
            default -> type.text(number(option, value));
        };
    }

    private static String checkText(String option, String value) {
        boolean isPlain = value.length() <= LONGEST_TEXT && value.chars().allMatch(c -> c >= ' ' && c != 127);
        if (!isPlain) {
            throw new IllegalArgumentException(
                    "%s cannot have control characters or more than %d characters; expected a line of text"
                            .formatted(option, LONGEST_TEXT));
        }
        return value;
    }

    /** {@return the number that a value is} */
    long number(String option, String value) {
        long number;
        try {
            number = type.number(value);
        } catch (NumberFormatException e) {
            throw refused(option, value, "; expected ", expected());
        }
        if (number < least || number > most) {
            throw refused(option, value, "; expected ", allowed());
        }
        return number;
    }

    private String expected() {
        return type == OptionType.SWITCH ? allowed() : type.expected() + ", from " + allowed();
    }

    private static IllegalArgumentException refused(
            String option, String value, String between, String expected) {
        return new IllegalArgumentException(
                "%s cannot be \"%s\"%s%s".formatted(option, value, between, expected));
    }
}
