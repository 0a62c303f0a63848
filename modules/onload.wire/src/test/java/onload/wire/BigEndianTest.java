package onload.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.math.BigInteger;
import java.util.Arrays;

class BigEndianTest {
    private static final byte[] BYTES = {
        (byte) 0xF1, (byte) 0xE2, (byte) 0xD3, (byte) 0xC4, (byte) 0xB5, (byte) 0xA6, 0x17, 0x28
    };

    @ParameterizedTest
    @EnumSource
    void fieldsAreReadFromTheFirstByteDownAndWithoutSign(BufferKind kind) {
        UnsafeBuffer buffer = kind.of(BYTES);
        assertEquals(0xF1, BigEndian.uint8(buffer, 0));
        assertEquals(0xF1E2, BigEndian.uint16(buffer, 0));
        assertEquals(0xE2D3, BigEndian.uint16(buffer, 1));
        assertEquals(0xF1E2D3C4, BigEndian.int32(buffer, 0));
        assertEquals(0xF1E2D3C4L, BigEndian.uint32(buffer, 0));
        assertEquals(0xF1E2D3C4B5A6L, BigEndian.uint48(buffer, 0));
        assertEquals(0xD3C4B5A61728L, BigEndian.uint48(buffer, 2));
        assertEquals(0xF1E2D3C4B5A61728L, BigEndian.int64(buffer, 0));
    }

    @Test
    void everyFieldAtEveryPlaceIsTheNumberOfItsBytes() {
        Property.forAll(
                500,
                random -> {
                    byte[] bytes = random.bytes(24);
                    UnsafeBuffer buffer = random.oneOf(BufferKind.values()).of(bytes);
                    int at = random.between(0, 16);
                    assertEquals(unsigned(bytes, at, 1), BigEndian.uint8(buffer, at));
                    assertEquals(unsigned(bytes, at, 2), BigEndian.uint16(buffer, at));
                    assertEquals((int) unsigned(bytes, at, 4), BigEndian.int32(buffer, at));
                    assertEquals(unsigned(bytes, at, 4), BigEndian.uint32(buffer, at));
                    assertEquals(unsigned(bytes, at, 6), BigEndian.uint48(buffer, at));
                    assertEquals(unsigned(bytes, at, 8), BigEndian.int64(buffer, at));
                });
    }

    @Test
    void aSetterWritesTheLowBitsOfItsValueAndNoByteBesides() {
        Property.forAll(
                500,
                random -> {
                    byte[] bytes = random.bytes(24);
                    UnsafeBuffer buffer = random.oneOf(BufferKind.values()).of(bytes);
                    int at = random.between(0, 16);
                    long value = random.anyLong();
                    int size = random.oneOf(1, 2, 4, 6, 8);
                    set(buffer, at, size, value);
                    for (int i = 0; i < size; i++) {
                        bytes[at + i] = (byte) (value >>> ((size - 1 - i) * 8));
                    }
                    assertArrayEquals(bytes, content(buffer));
                });
    }

    @Test
    void aFieldThatIsNotWhollyInsideIsRefusedWhileBoundsChecksAreOn() {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[5]);
        assertThrows(IndexOutOfBoundsException.class, () -> BigEndian.uint16(buffer, 4));
        assertThrows(IndexOutOfBoundsException.class, () -> BigEndian.int32(buffer, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> BigEndian.uint48(buffer, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> BigEndian.uint48(buffer, 0, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> BigEndian.uint8(buffer, -1));
    }

    private static void set(UnsafeBuffer buffer, int at, int size, long value) {
        switch (size) {
            case 1 -> BigEndian.uint8(buffer, at, (int) value);
            case 2 -> BigEndian.uint16(buffer, at, (int) value);
            case 4 -> BigEndian.int32(buffer, at, (int) value);
            case 6 -> BigEndian.uint48(buffer, at, value);
            default -> BigEndian.int64(buffer, at, value);
        }
    }

    private static long unsigned(byte[] bytes, int from, int count) {
        return new BigInteger(1, Arrays.copyOfRange(bytes, from, from + count)).longValue();
    }

    private static byte[] content(UnsafeBuffer buffer) {
        byte[] content = new byte[buffer.capacity()];
        buffer.getBytes(0, content);
        return content;
    }
}
