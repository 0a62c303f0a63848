package onload.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;

import org.junit.jupiter.api.Test;

import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

class SystemCallsTest {
    private final SystemCalls calls = new SystemCalls();

    @Test
    void aCallAnswersWhatTheKernelAnswers() {
        try (Descriptor event =
                Descriptor.checked(calls.call(SystemCall.EVENTFD2, 7, 0), "eventfd2(7)")) {
            try (Struct value = Struct.of(8)) {
                assertEquals(8, calls.call(SystemCall.READ, event.number(), value.address(), 8));
                assertEquals(7, value.bytes().getLong(0));
            }
        }
    }

    @Test
    void anErrorIsItsNumberNegated() {
        assertEquals(-Errno.EBADF, calls.call(SystemCall.CLOSE, -1));
        assertEquals(-Errno.EINVAL, calls.call(SystemCall.EVENTFD2, 0, -1));
        assertTrue(Errno.isError(-Errno.EBADF));
        assertTrue(!Errno.isError(-5000));
    }

    @Test
    void anErrorOnAControlPathNamesTheCallAndTheError() {
        LinuxException thrown =
                assertThrows(
                        LinuxException.class,
                        () -> LinuxException.check(calls.call(SystemCall.CLOSE, -1), "close(-1)"));
        assertEquals(Errno.EBADF, thrown.errno());
        assertEquals("close(-1): EBADF (bad file descriptor)", thrown.getMessage());
    }

    @Test
    void aDescriptorIsClosedOnceAndHasNoNumberThen() {
        Descriptor event = Descriptor.checked(calls.call(SystemCall.EVENTFD2, 0, 0), "eventfd2");
        int number = event.number();
        event.close();
        event.close();
        assertEquals(Descriptor.CLOSED, event.number());
        assertEquals(-Errno.EBADF, calls.call(SystemCall.CLOSE, number));
    }

    @Test
    void aQuickCallMakesNoGarbage() {
        Runnable close =
                () -> {
                    if (SystemCalls.quick(SystemCall.CLOSE, -1, 0, 0, 0, 0, 0) != -1) {
                        throw new AssertionError();
                    }
                };
        assertEquals(0, AllocatedBytes.perRun(20_000, 10_000, close));
    }

    @Test
    void noTwoCallsHaveOneNumber() {
        for (Architecture architecture : Architecture.values()) {
            Set<Integer> numbers = new HashSet<>();
            for (SystemCall each : SystemCall.values()) {
                assertTrue(numbers.add(each.number(architecture)), each + " on " + architecture);
            }
        }
    }

    @Test
    void onlyLinuxOnTwoMachinesIsKnown() {
        assertEquals(
                Optional.of(Architecture.AARCH64),
                Architecture.find("Linux", "aarch64", ByteOrder.LITTLE_ENDIAN));
        assertEquals(
                Optional.of(Architecture.X86_64),
                Architecture.find("Linux", "amd64", ByteOrder.LITTLE_ENDIAN));
        assertEquals(Optional.empty(), Architecture.find("Linux", "aarch64", ByteOrder.BIG_ENDIAN));
        assertEquals(
                Optional.empty(), Architecture.find("Linux", "riscv64", ByteOrder.LITTLE_ENDIAN));
        assertEquals(
                Optional.empty(),
                Architecture.find("Mac OS X", "aarch64", ByteOrder.LITTLE_ENDIAN));
    }

    @Test
    void aStructIsZeroedAlignedAndHoldsText() {
        try (Struct struct = Struct.of(24)) {
            assertEquals(0, struct.address() % 8);
            assertEquals("", struct.text(0, 16));
            struct.text(0, 16, "veth0");
            assertEquals("veth0", struct.text(0, 16));
            assertThrows(
                    IllegalArgumentException.class, () -> struct.text(0, 16, "a-name-too-long-1"));
        }
    }
}
