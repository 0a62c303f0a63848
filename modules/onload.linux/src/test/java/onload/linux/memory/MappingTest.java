package onload.linux.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.linux.Descriptor;
import onload.linux.Errno;
import onload.linux.LinuxException;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class MappingTest {
    @Test
    void freshPagesAreZeroAndOurs() {
        try (Mapping mapping = Mapping.anonymous(10_000)) {
            assertEquals(0, mapping.address() % 4096);
            assertEquals(10_000, mapping.length());
            UnsafeBuffer all = mapping.part(0, 10_000);
            for (int i = 0; i < 10_000; i++) {
                assertEquals(0, all.getByte(i));
            }
            all.putLong(9_992, 42);
            assertEquals(42, mapping.part(9_992, 8).getLong(0));
            assertEquals(0, mapping.advise(Mapping.MADV_DONTFORK));
        }
    }

    @Test
    void aPartIsWithinTheRegion() {
        try (Mapping mapping = Mapping.anonymous(4096)) {
            assertEquals(0, mapping.part(4096, 0).capacity());
            for (long[] each :
                    new long[][] {
                        {-1, 1},
                        {0, 4097},
                        {4096, 1},
                        {4097, 0},
                        {0, -1},
                        {Long.MAX_VALUE, 1},
                        {Long.MAX_VALUE - 3, 8},
                        {Long.MIN_VALUE, 8}
                    }) {
                assertThrows(
                        IndexOutOfBoundsException.class,
                        () -> mapping.part(each[0], (int) each[1]),
                        () -> each[0] + " and " + each[1]);
            }
        }
    }

    @Test
    void closingTwiceUnmapsOnce() {
        Mapping first = Mapping.anonymous(4096);
        first.close();
        // The kernel gives the place to the next one, which stays.
        try (Mapping second = Mapping.anonymous(4096)) {
            first.close();
            second.part(0, 8).putLong(0, 1);
            assertEquals(1, second.part(0, 8).getLong(0));
        }
    }

    @Test
    void whatCannotBeMappedSaysWhy() {
        assertEquals(
                Errno.EINVAL,
                assertThrows(LinuxException.class, () -> Mapping.anonymous(0)).errno());
        Descriptor event =
                Descriptor.checked(new SystemCalls().call(SystemCall.EVENTFD2, 0, 0), "eventfd2");
        LinuxException e = assertThrows(LinuxException.class, () -> Mapping.of(event, 0, 4096));
        assertTrue(String.valueOf(e.getMessage()).startsWith("mmap(eventfd2 = "), e::getMessage);
        event.close();
        assertEquals(
                Errno.EBADF,
                assertThrows(LinuxException.class, () -> Mapping.of(event, 0, 4096)).errno());
    }
}
