package onload.linux.bpf;

import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;

import java.util.ArrayList;
import java.util.List;

/**
 * Puts a program together (RFC 9669). Registers are 0 to 10: 0 has results, 1 to 5 have arguments and are lost in a
 * call, 6 to 9 are kept, 10 points behind the stack of 512 bytes. Jumps go forward to labels, which are placed once.
 */
public final class BpfAssembler {
    private static final int LDX_MEM = 0x61;
    private static final int ST_MEM = 0x62;
    private static final int STX_MEM = 0x63;
    private static final int LD_IMM64 = 0x18;
    private static final int MAP_DESCRIPTOR = 1;
    private static final int CALL = 0x85;
    private static final int EXIT = 0x95;
    private static final int JUMP = 0x05;

    /** Class ALU64 with an immediate; with a register it is 8 more. */
    private static final int ALU64 = 0x07;

    private static final int JMP = 0x05;
    private static final int LAST_REGISTER = 10;
    private static final int FROM_REGISTER = 0x08;

    /** An operation on a register. */
    public enum Operation {
        /** Adds. */
        ADD(0x00),
        /** Subtracts. */
        SUBTRACT(0x10),
        /** Bits of either. */
        OR(0x40),
        /** Bits of both. */
        AND(0x50),
        /** Shifts to higher bits. */
        SHIFT_LEFT(0x60),
        /** Shifts to lower bits, zeros from above. */
        SHIFT_RIGHT(0x70),
        /** Replaces. */
        MOVE(0xb0);

        private final int code;

        Operation(int code) {
            this.code = code;
        }
    }

    /** When to jump; numbers are unsigned. */
    public enum Condition {
        /** Both are equal. */
        EQUAL(0x10),
        /** The first is greater. */
        GREATER(0x20),
        /** They have a bit in common. */
        ANY_BIT(0x40),
        /** They differ. */
        DIFFERENT(0x50);

        private final int code;

        Condition(int code) {
            this.code = code;
        }
    }

    /** A place to jump to. */
    public static final class Label {
        private final IntArrayList jumps = new IntArrayList();
        private boolean isPlaced;

        /** Makes one, not placed yet. */
        public Label() {}
    }

    private final LongArrayList instructions = new LongArrayList();
    private final List<Label> labels = new ArrayList<>();

    /** Makes an empty program. */
    public BpfAssembler() {}

    /** Adds {@code to = to OPERATION value}. */
    public BpfAssembler apply(Operation operation, int to, int value) {
        return emit(ALU64 | operation.code, to, 0, 0, value);
    }

    /** Adds {@code to = to OPERATION from} of two registers. */
    public BpfAssembler applyRegister(Operation operation, int to, int from) {
        return emit(ALU64 | FROM_REGISTER | operation.code, to, from, 0, 0);
    }

    /** Adds {@code to = *(from + offset)} of 1, 2, 4 or 8 bytes, zeros above. */
    public BpfAssembler load(int bytes, int to, int from, int offset) {
        return emit((LDX_MEM & ~0x18) | size(bytes), to, from, offset, 0);
    }

    /** Adds {@code *(to + offset) = from} of 1, 2, 4 or 8 bytes. */
    public BpfAssembler store(int bytes, int to, int offset, int from) {
        return emit((STX_MEM & ~0x18) | size(bytes), to, from, offset, 0);
    }

    /** Adds {@code *(to + offset) = value} of 1, 2, 4 or 8 bytes. */
    public BpfAssembler storeValue(int bytes, int to, int offset, int value) {
        return emit((ST_MEM & ~0x18) | size(bytes), to, 0, offset, value);
    }

    /** Adds {@code to = map}, for a helper. */
    public BpfAssembler loadMap(int to, BpfMap map) {
        emit(LD_IMM64, to, MAP_DESCRIPTOR, 0, map.descriptor());
        return emit(0, 0, 0, 0, 0);
    }

    /** Adds a call of a helper by its number. */
    public BpfAssembler call(int helper) {
        return emit(CALL, 0, 0, 0, helper);
    }

    /** Adds a jump. */
    public BpfAssembler jump(Label to) {
        return jump(JUMP, 0, 0, 0, to);
    }

    /** Adds a jump if a register and a value are so. */
    public BpfAssembler jumpIf(Condition condition, int register, int value, Label to) {
        return jump(JMP | condition.code, register, 0, value, to);
    }

    /** Adds a jump if two registers are so. */
    public BpfAssembler jumpIfRegister(Condition condition, int register, int other, Label to) {
        return jump(JMP | FROM_REGISTER | condition.code, register, other, 0, to);
    }

    private BpfAssembler jump(int code, int register, int other, int value, Label to) {
        if (to.isPlaced) {
            throw new IllegalStateException(
                    "a program jumps forward only; expected a label that is not placed yet");
        }
        if (to.jumps.isEmpty()) {
            labels.add(to);
        }
        to.jumps.addInt(instructions.size());
        return emit(code, register, other, 0, value);
    }

    /** Places a label here. */
    public BpfAssembler place(Label label) {
        if (label.isPlaced) {
            throw new IllegalStateException(
                    "a label is in one place; expected one that is not placed yet");
        }
        label.isPlaced = true;
        for (int i = 0; i < label.jumps.size(); i++) {
            int jump = label.jumps.getInt(i);
            int distance = instructions.size() - jump - 1;
            if (distance > Short.MAX_VALUE) {
                throw new IllegalStateException(
                        "a jump over %d instructions is too far; expected up to %d"
                                .formatted(distance, Short.MAX_VALUE));
            }
            instructions.setLong(jump, instructions.getLong(jump) | (long) distance << 16);
        }
        return this;
    }

    /** Adds the end: register 0 is the result. */
    public BpfAssembler exit() {
        return emit(EXIT, 0, 0, 0, 0);
    }

    /**
     * {@return the instructions, 8 bytes each in the order of the machine's bytes}
     *
     * @throws IllegalStateException if a label is not placed
     */
    public long[] instructions() {
        for (Label each : labels) {
            if (!each.isPlaced) {
                throw new IllegalStateException(
                        "a program jumps to a label that is nowhere; expected it to be placed");
            }
        }
        return instructions.toLongArray();
    }

    private static int size(int bytes) {
        return switch (bytes) {
            case 1 -> 0x10;
            case 2 -> 0x08;
            case 4 -> 0x00;
            case 8 -> 0x18;
            default ->
                    throw new IllegalArgumentException(
                            "memory is not accessed by %d bytes; expected 1, 2, 4 or 8"
                                    .formatted(bytes));
        };
    }

    private static void checkRegister(int register) {
        if (register < 0 || register > LAST_REGISTER) {
            throw new IllegalArgumentException(
                    "there is no register %d; expected 0 to %d".formatted(register, LAST_REGISTER));
        }
    }

    private BpfAssembler emit(int code, int to, int from, int offset, int value) {
        checkRegister(to);
        checkRegister(from);
        if ((short) offset != offset) {
            throw new IllegalArgumentException(
                    "an offset of %d is too far; expected -32768 to 32767".formatted(offset));
        }
        instructions.addLong(
                (code & 0xffL)
                        | (long) to << 8
                        | (long) from << 12
                        | ((offset & 0xffffL) << 16)
                        | (long) value << 32);
        return this;
    }
}
