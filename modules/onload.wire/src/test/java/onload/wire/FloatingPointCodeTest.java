package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FloatingPointCodeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "127, 127",
        "128, 128",
        "129, 136",
        "143, 248",
        "144, 256",
        "160, 512",
        "255, 31744"
    })
    void codesOfEightBitsMeanWhatRfc3376Says(int code, int value) {
        assertEquals(value, FloatingPointCode.decode8(code));
        assertEquals(code, FloatingPointCode.encode8(value));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "32767, 32767",
        "32768, 32768",
        "32769, 32776",
        "36863, 65528",
        "36864, 65536",
        "65535, 8387584"
    })
    void codesOfSixteenBitsMeanWhatRfc3810Says(int code, int value) {
        assertEquals(value, FloatingPointCode.decode16(code));
        assertEquals(code, FloatingPointCode.encode16(value));
    }

    @Test
    void everyCodeOfEightBitsComesBack() {
        for (int code = 0; code <= 255; code++) {
            assertEquals(code, FloatingPointCode.encode8(FloatingPointCode.decode8(code)));
        }
    }

    @Test
    void everyCodeOfSixteenBitsComesBack() {
        for (int code = 0; code <= 0xFFFF; code++) {
            assertEquals(code, FloatingPointCode.encode16(FloatingPointCode.decode16(code)));
        }
    }

    @Test
    void everyValueIsRoundedDownToTheNearestThatHasACode() {
        for (int value = 0; value <= FloatingPointCode.MAX_8; value++) {
            int code = FloatingPointCode.encode8(value);
            assertTrue(FloatingPointCode.decode8(code) <= value);
            assertTrue(code == 255 || FloatingPointCode.decode8(code + 1) > value);
        }
        for (int value = 0; value <= FloatingPointCode.MAX_16; value += 7) {
            int code = FloatingPointCode.encode16(value);
            assertTrue(FloatingPointCode.decode16(code) <= value);
            assertTrue(code == 0xFFFF || FloatingPointCode.decode16(code + 1) > value);
        }
    }
}
