package onload.testkit.script.language;

import java.util.List;

/**
 * A TCP option as the script has it.
 *
 * @param kind which
 * @param numbers its numbers: the size, the shift, both timestamps, the edges of blocks
 * @param bytes of a cookie, or of an option that is given by its bytes
 */
public record TcpOptionText(Kind kind, List<Long> numbers, List<Integer> bytes) {
    /** The options that have names. */
    public enum Kind {
        /** {@code mss 1460}. */
        MSS,
        /** {@code nop}. */
        NOP,
        /** {@code eol}. */
        EOL,
        /** {@code wscale 7}. */
        WSCALE,
        /** {@code sackOK}. */
        SACK_OK,
        /** {@code sack 1:1001}. */
        SACK,
        /** {@code TS val 100 ecr 200}. */
        TIMESTAMPS,
        /** {@code FO} or {@code FO 0123456789abcdef}. */
        FAST_OPEN,
        /** {@code md5}: of zeros. */
        MD5
    }
}
