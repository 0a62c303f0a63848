package onload.linux.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.linux.Errno;
import onload.linux.LinuxException;

import org.junit.jupiter.api.Test;

import java.io.File;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The loopback device is asked, which every machine has, and told nothing. */
class NetworkDeviceTest {
    @Test
    void theLoopbackIsWhatJavaSaysItIs() throws IOException {
        try (NetworkDevice device = NetworkDevice.find("lo").orElseThrow()) {
            NetworkInterface known = NetworkInterface.getByName("lo");
            assertEquals("lo", device.name());
            assertEquals(known.getIndex(), device.index());
            assertEquals(known.getMTU(), device.mtu());
            assertEquals(known.isUp(), device.isUp());
            assertEquals(device.isRunning(), device.isRunningNow());
            assertEquals(Optional.empty(), device.macAddress());
            assertTrue(device.receiveQueues() >= 1);
        }
    }

    @Test
    void anEthernetHasTheAddressThatTheKernelShows() throws IOException {
        for (File each :
                Optional.ofNullable(new File("/sys/class/net").listFiles()).orElseThrow()) {
            Path type = each.toPath().resolve("type");
            if (Files.exists(type) && Files.readString(type).strip().equals("1")) {
                String shown = Files.readString(each.toPath().resolve("address")).strip();
                try (NetworkDevice device = NetworkDevice.find(each.getName()).orElseThrow()) {
                    assertEquals(
                            Long.parseLong(shown.replace(":", ""), 16),
                            device.macAddress().orElseThrow());
                }
            }
        }
    }

    @Test
    void namesThatNoDeviceHasFindNothing() {
        int before = descriptors();
        for (String name :
                new String[] {
                    "", "nowhere", "abcdefghijklmno", "abcdefghijklmnop", "a/b", "lo ", "%d", "lö"
                }) {
            assertEquals(Optional.empty(), NetworkDevice.find(name), name);
        }
        assertEquals(before, descriptors());
    }

    @Test
    void aDeviceThatWasClosedIsNotRunningAndAnswersNothing() {
        NetworkDevice device = NetworkDevice.find("lo").orElseThrow();
        device.close();
        device.close();
        assertFalse(device.isRunningNow());
        assertEquals(Errno.EBADF, assertThrows(LinuxException.class, device::mtu).errno());
    }

    @Test
    void aNamespaceIsAFileNameAndHasToBeThere() {
        for (String name : new String[] {"a/b", "../x", ".", "..", "/"}) {
            assertThrows(
                    IllegalArgumentException.class, () -> NetworkNamespace.call(name, () -> 1));
        }
        LinuxException e =
                assertThrows(
                        LinuxException.class,
                        () -> NetworkNamespace.call("onload-is-nowhere", () -> 1));
        assertEquals(Errno.ENOENT, e.errno());
    }

    @Test
    void theCallersNamespaceIsHisThreads() {
        AtomicReference<Thread> worker = new AtomicReference<>();
        assertEquals(
                7,
                NetworkNamespace.call(
                        "",
                        () -> {
                            worker.set(Thread.currentThread());
                            return 7;
                        }));
        assertEquals(Thread.currentThread(), worker.get());
        assertThrows(
                IllegalStateException.class,
                () ->
                        NetworkNamespace.call(
                                "",
                                () -> {
                                    throw new IOException("not there");
                                }));
    }

    private static int descriptors() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? -1 : open.length;
    }
}
