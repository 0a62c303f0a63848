package onload.wire;

/**
 * The numbers of membership queries that are as they are up to half the range of their field, and
 * from there on have an exponent of 3 bits and a mantissa with a hidden bit (RFC 3376, sections
 * 4.1.1 and 4.1.7; RFC 3810, sections 5.1.3 and 5.1.9).
 *
 * <pre>
 *  8 bits:  |1| exp | mant  |            16 bits:  |1| exp |         mant          |
 *                 value = (mant | hidden bit) &lt;&lt; (exp + 3)
 * </pre>
 */
final class FloatingPointCode {
    /** The largest value of a code of 8 bits. */
    static final int MAX_8 = 31744;

    /** The largest value of a code of 16 bits. */
    static final int MAX_16 = 8387584;

    private static final int MANTISSA_8 = 4;
    private static final int MANTISSA_16 = 12;

    private FloatingPointCode() {}

    /** The value of a code of 8 bits. */
    static int decode8(int code) {
        return decode(code, MANTISSA_8);
    }

    /** The value of a code of 16 bits. */
    static int decode16(int code) {
        return decode(code, MANTISSA_16);
    }

    /**
     * The code of 8 bits with the largest value that is not above a value from 0 to {@link #MAX_8}.
     */
    static int encode8(int value) {
        return encode(value, MANTISSA_8);
    }

    /**
     * The code of 16 bits with the largest value that is not above a value from 0 to {@link
     * #MAX_16}.
     */
    static int encode16(int value) {
        return encode(value, MANTISSA_16);
    }

    private static int decode(int code, int mantissaBits) {
        int hidden = 1 << mantissaBits;
        if (code < hidden << 3) {
            return code;
        }
        int exponent = (code >>> mantissaBits) & 7;
        return (hidden | (code & (hidden - 1))) << (exponent + 3);
    }

    private static int encode(int value, int mantissaBits) {
        int hidden = 1 << mantissaBits;
        if (value < hidden << 3) {
            return value;
        }
        int exponent = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(value) - mantissaBits - 3;
        int mantissa = (value >>> (exponent + 3)) & (hidden - 1);
        return (hidden << 3) | (exponent << mantissaBits) | mantissa;
    }
}
