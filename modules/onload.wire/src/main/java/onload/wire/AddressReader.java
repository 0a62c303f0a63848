package onload.wire;

/**
 * Reads the text of an address from left to right: the pieces that the address classes of this
 * package have in common, and the one form of their errors.
 *
 * <p>An error is one line that says what was wrong, at which place and what was expected. Places
 * count from 0 and in characters of the whole text, also where the address is only a part of it.
 * The text itself may be hostile (of any length, with line breaks or bytes that steer a terminal),
 * so that it is quoted shortened and in printable ASCII.
 */
final class AddressReader {
    static final String IPV4 = "an IPv4 address";
    static final String IPV4_FORM = "four numbers from 0 to 255, such as 192.0.2.1";
    static final String IPV6 = "an IPv6 address";
    static final String IPV6_FORM =
            "eight groups of one to four hexadecimal digits, :: at most once in place of zero"
                    + " groups, such as 2001:db8::1";

    /** More characters than the longest address with a prefix length has, which is 49. */
    private static final int MAX_QUOTED_TEXT = 64;

    private static final int MAX_QUOTED_PIECE = 16;
    private static final int GROUPS = 8;
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;
    private static final int MAPPED_BITS = 96;

    private final String text;
    private final String kind;
    private final String expected;
    private int at;
    private int end;

    /** The groups of an IPv6 address as they are written, and where among them the :: is, or -1. */
    private final int[] groups = new int[GROUPS];

    private int count;
    private int gap = -1;

    private long high;
    private long low;
    private int length;

    /**
     * Starts at the first character of a text. An instance reads one address.
     *
     * @param text the text
     * @param kind what it should be, with an article, for errors
     * @param expected the form that this has, for errors
     */
    AddressReader(String text, String kind, String expected) {
        this.text = text;
        this.kind = kind;
        this.expected = expected;
        this.end = text.length();
    }

    /** {@return the upper half of the address that {@link #address} read} */
    long high() {
        return high;
    }

    /** {@return the lower half of the address that {@link #address} read} */
    long low() {
        return low;
    }

    /** {@return the prefix length that {@link #addressAndLength} read, in bits of the version} */
    int length() {
        return length;
    }

    /** Reads an IPv6 address, or an IPv4 address into its IPv4-mapped form; a colon tells which. */
    void address() {
        int colon = text.indexOf(':', at);
        if (colon >= 0 && colon < end) {
            ipv6();
        } else {
            int address = ipv4();
            high = Ipv6Address.MAPPED_HIGH;
            low = Ipv6Address.mappedLow(address);
        }
        end();
    }

    /** Reads an address, a slash and a prefix length. */
    void addressAndLength() {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw wrong(text.isEmpty() ? "it is empty" : "it has no slash and no length");
        }
        end = slash;
        address();
        at = slash + 1;
        end = text.length();
        boolean mapped = Ipv6Address.isIpv4Mapped(high, low);
        boolean dotted = text.lastIndexOf(':', slash) < 0;
        length = number(dotted ? IPV4_BITS : IPV6_BITS);
        if (mapped && !dotted) {
            length = withoutMapping(length, slash + 1);
        }
        end();
    }

    /** An IPv4-mapped address is an IPv4 address, with which a length below 96 makes no sense. */
    private int withoutMapping(int mappedLength, int start) {
        if (mappedLength < MAPPED_BITS) {
            throw wrong(
                    mappedLength
                            + " at position "
                            + start
                            + " is below "
                            + MAPPED_BITS
                            + ", the least for an IPv4-mapped address");
        }
        return mappedLength - MAPPED_BITS;
    }

    /**
     * {@return four numbers with dots between them; without leading zeros (RFC 6943, section
     * 3.1.1)}
     */
    int ipv4() {
        int address = number(255);
        for (int i = 1; i < 4; i++) {
            if (at == end) {
                throw wrong("it ends at position " + at + ", after " + i + " of four numbers");
            }
            if (text.charAt(at) != '.') {
                throw unexpected();
            }
            at++;
            address = address << 8 | number(255);
        }
        return address;
    }

    /**
     * {@return a decimal number without a leading zero}
     *
     * @param limit the largest value, below 1000
     */
    int number(int limit) {
        int start = at;
        int value = 0;
        while (at < end && isDigit(text.charAt(at))) {
            value = Math.min(value * 10 + text.charAt(at) - '0', 1000);
            at++;
        }
        if (at == start) {
            throw at == end ? endsEarly() : unexpected();
        }
        if (value > limit) {
            throw wrong(piece(start) + " at position " + start + " is above " + limit);
        }
        if (at - start > 1 && text.charAt(start) == '0') {
            throw wrong(piece(start) + " at position " + start + " has a leading zero");
        }
        return value;
    }

    /** Reads any of the three forms of RFC 4291, section 2.2. */
    private void ipv6() {
        if (text.startsWith("::", at)) {
            gap = 0;
            at += 2;
        }
        while (at < end) {
            group();
            if (at < end) {
                separator();
            }
        }
        assemble();
    }

    /** Reads one group, or an IPv4 address in place of the last two. */
    private void group() {
        int start = at;
        int value = 0;
        while (at < end && hexDigit(text.charAt(at)) >= 0) {
            value = value << 4 | hexDigit(text.charAt(at));
            at++;
        }
        if (at == start) {
            throw unexpected();
        }
        if (at < end && text.charAt(at) == '.') {
            embeddedIpv4(start);
            return;
        }
        if (count == GROUPS) {
            throw wrong("there is a ninth group at position " + start);
        }
        if (at - start > 4) {
            throw wrong(piece(start) + " at position " + start + " has more than four digits");
        }
        groups[count++] = value;
    }

    private void embeddedIpv4(int start) {
        if (count > GROUPS - 2) {
            throw wrong("the IPv4 address at position " + start + " is after too many groups");
        }
        at = start;
        int address = ipv4();
        if (at < end && text.charAt(at) == ':') {
            throw wrong("the IPv4 address at position " + start + " is not the last part");
        }
        groups[count++] = address >>> 16;
        groups[count++] = address & 0xFFFF;
    }

    /** Reads one colon, which a group must follow, or two, which stand for groups of zeros. */
    private void separator() {
        int colon = at;
        if (text.charAt(at) != ':') {
            throw unexpected();
        }
        at++;
        if (at == end) {
            throw wrong("it ends with a single colon, at position " + colon);
        }
        if (text.charAt(at) == ':') {
            if (gap >= 0) {
                throw wrong("there is a second :: at position " + colon);
            }
            gap = count;
            at++;
        }
    }

    /** Makes an address of the groups; :: stands for one group of zeros at least. */
    private void assemble() {
        if (gap < 0 && count < GROUPS) {
            throw wrong("it ends at position " + at + ", after " + count + " of eight groups");
        }
        if (gap >= 0 && count == GROUPS) {
            throw wrong("it has eight groups, which leaves none for the ::");
        }
        int missing = GROUPS - count;
        for (int i = 0; i < GROUPS; i++) {
            int group = 0;
            if (gap < 0 || i < gap) {
                group = groups[i];
            } else if (i >= gap + missing) {
                group = groups[i - missing];
            }
            high = high << 16 | low >>> 48;
            low = low << 16 | group;
        }
    }

    /** {@return two hexadecimal digits} */
    int hexPair() {
        int value = 0;
        for (int i = 0; i < 2; i++) {
            if (at == end) {
                throw endsEarly();
            }
            int digit = hexDigit(text.charAt(at));
            if (digit < 0) {
                throw unexpected();
            }
            value = value << 4 | digit;
            at++;
        }
        return value;
    }

    /** {@return the next character, one of two} */
    char either(char one, char other) {
        if (at == end) {
            throw endsEarly();
        }
        char next = text.charAt(at);
        if (next != one && next != other) {
            throw unexpected();
        }
        at++;
        return next;
    }

    /** Makes sure that nothing follows. */
    void end() {
        if (at < end) {
            throw unexpected();
        }
    }

    /**
     * {@return the error for a text, to be thrown}
     *
     * @param problem what is wrong and where, as half a sentence
     */
    IllegalArgumentException wrong(String problem) {
        return wrong(problem, expected);
    }

    /**
     * {@return the error for a text, to be thrown}
     *
     * @param problem what is wrong and where, as half a sentence
     * @param better what to write in its place
     */
    IllegalArgumentException wrong(String problem, String better) {
        return new IllegalArgumentException(
                quoted(text) + " is not " + kind + ": " + problem + "; expected " + better);
    }

    private IllegalArgumentException endsEarly() {
        return wrong(text.isEmpty() ? "it is empty" : "something is missing at position " + at);
    }

    private IllegalArgumentException unexpected() {
        char next = text.charAt(at);
        if (next == '%') {
            return wrong(
                    "the zone "
                            + printable(text, at, Math.min(end, at + MAX_QUOTED_PIECE))
                            + " at position "
                            + at
                            + " is not part of an address, name the interface apart");
        }
        String name = next == ' ' ? "a space" : "'" + printable(text, at, at + 1) + "'";
        return wrong(name + " is out of place at position " + at);
    }

    /** {@return what was read since a place, shortened} */
    private String piece(int start) {
        int length = at - start;
        return length <= MAX_QUOTED_PIECE
                ? text.substring(start, at)
                : text.substring(start, start + MAX_QUOTED_PIECE) + "...";
    }

    private static String quoted(String text) {
        return text.length() <= MAX_QUOTED_TEXT
                ? '"' + printable(text, 0, text.length()) + '"'
                : '"'
                        + printable(text, 0, MAX_QUOTED_TEXT)
                        + "...\" ("
                        + text.length()
                        + " characters)";
    }

    private static String printable(String text, int from, int to) {
        StringBuilder printable = new StringBuilder();
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                printable.append("\\u%04x".formatted((int) c));
            } else {
                printable.append(c);
            }
        }
        return printable.toString();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** The value of a digit, or -1. Not Character.digit, which takes the digits of every script. */
    private static int hexDigit(char c) {
        if (isDigit(c)) {
            return c - '0';
        }
        int letter = (c | 0x20) - 'a';
        return letter >= 0 && letter < 6 ? letter + 10 : -1;
    }
}
