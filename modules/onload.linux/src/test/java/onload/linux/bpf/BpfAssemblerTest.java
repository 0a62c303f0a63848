package onload.linux.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import onload.linux.bpf.BpfAssembler.Condition;
import onload.linux.bpf.BpfAssembler.Label;
import onload.linux.bpf.BpfAssembler.Operation;

import org.junit.jupiter.api.Test;

/** Encodings of RFC 9669, section 3: the bytes are opcode, registers, offset (2), immediate (4). */
class BpfAssemblerTest {
    private final BpfAssembler program = new BpfAssembler();

    private static long encoded(int code, int registers, int offset, int value) {
        return code | registers << 8 | (offset & 0xffffL) << 16 | (long) value << 32;
    }

    private void is(long... expected) {
        assertArrayEquals(expected, program.instructions());
    }

    @Test
    void arithmeticWithAValue() {
        program.apply(Operation.ADD, 1, 5)
                .apply(Operation.SUBTRACT, 2, -1)
                .apply(Operation.OR, 3, 0x7fff_ffff)
                .apply(Operation.AND, 4, 0x8000_0000)
                .apply(Operation.SHIFT_LEFT, 5, 63)
                .apply(Operation.SHIFT_RIGHT, 6, 1)
                .apply(Operation.MOVE, 10, 2);
        is(
                encoded(0x07, 0x01, 0, 5),
                encoded(0x17, 0x02, 0, -1),
                encoded(0x47, 0x03, 0, 0x7fff_ffff),
                encoded(0x57, 0x04, 0, 0x8000_0000),
                encoded(0x67, 0x05, 0, 63),
                encoded(0x77, 0x06, 0, 1),
                encoded(0xb7, 0x0a, 0, 2));
    }

    @Test
    void arithmeticWithARegister() {
        program.applyRegister(Operation.MOVE, 6, 1).applyRegister(Operation.ADD, 0, 10);
        is(encoded(0xbf, 0x16, 0, 0), encoded(0x0f, 0xa0, 0, 0));
    }

    @Test
    void loadsOfAllSizes() {
        program.load(1, 1, 2, 0).load(2, 1, 2, 12).load(4, 3, 6, 16).load(8, 4, 10, -8);
        is(
                encoded(0x71, 0x21, 0, 0),
                encoded(0x69, 0x21, 12, 0),
                encoded(0x61, 0x63, 16, 0),
                encoded(0x79, 0xa4, -8, 0));
    }

    @Test
    void storesOfAllSizes() {
        program.store(1, 10, -1, 2)
                .store(2, 10, -2, 2)
                .store(4, 10, -4, 9)
                .store(8, 10, -8, 0)
                .storeValue(1, 10, -1, 7)
                .storeValue(2, 10, -2, 7)
                .storeValue(4, 10, -4, -1)
                .storeValue(8, 10, -40, 0);
        is(
                encoded(0x73, 0x2a, -1, 0),
                encoded(0x6b, 0x2a, -2, 0),
                encoded(0x63, 0x9a, -4, 0),
                encoded(0x7b, 0x0a, -8, 0),
                encoded(0x72, 0x0a, -1, 7),
                encoded(0x6a, 0x0a, -2, 7),
                encoded(0x62, 0x0a, -4, -1),
                encoded(0x7a, 0x0a, -40, 0));
    }

    @Test
    void jumpsReachTheirLabelFromEachPlace() {
        Label end = new Label();
        program.jump(end)
                .jumpIf(Condition.EQUAL, 1, 6, end)
                .jumpIf(Condition.GREATER, 2, 127, end)
                .jumpIf(Condition.ANY_BIT, 3, 0xff3f, end)
                .jumpIf(Condition.DIFFERENT, 4, -1, end)
                .jumpIfRegister(Condition.GREATER, 1, 8, end)
                .place(end)
                .exit();
        is(
                encoded(0x05, 0, 5, 0),
                encoded(0x15, 0x01, 4, 6),
                encoded(0x25, 0x02, 3, 127),
                encoded(0x45, 0x03, 2, 0xff3f),
                encoded(0x55, 0x04, 1, -1),
                encoded(0x2d, 0x81, 0, 0),
                encoded(0x95, 0, 0, 0));
    }

    @Test
    void aCallNamesItsHelper() {
        program.call(51).exit();
        is(encoded(0x85, 0, 0, 51), encoded(0x95, 0, 0, 0));
    }

    @Test
    void labelsArePlacedOnceAndAhead() {
        Label label = new Label();
        program.jump(label);
        assertThrows(IllegalStateException.class, program::instructions);
        program.place(label);
        assertThrows(IllegalStateException.class, () -> program.place(label));
        assertThrows(IllegalStateException.class, () -> program.jump(label));
        assertEquals(1, program.instructions().length);
    }

    @Test
    void whatHasNoEncodingIsRefused() {
        for (int bytes : new int[] {-1, 0, 3, 5, 6, 7, 9, 16}) {
            assertThrows(IllegalArgumentException.class, () -> program.load(bytes, 1, 2, 0));
            assertThrows(IllegalArgumentException.class, () -> program.store(bytes, 1, 0, 2));
            assertThrows(IllegalArgumentException.class, () -> program.storeValue(bytes, 1, 0, 2));
        }
        for (int register : new int[] {-1, 11, 16}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> program.apply(Operation.MOVE, register, 0));
            assertThrows(IllegalArgumentException.class, () -> program.load(4, 1, register, 0));
        }
        for (int offset : new int[] {-32_769, 32_768}) {
            assertThrows(IllegalArgumentException.class, () -> program.load(4, 1, 2, offset));
        }
        assertEquals(0, program.instructions().length);
    }

    @Test
    void aJumpThatIsTooFarIsRefused() {
        Label far = new Label();
        program.jump(far);
        for (int i = 0; i < 32_768; i++) {
            program.exit();
        }
        assertThrows(IllegalStateException.class, () -> program.place(far));
    }
}
