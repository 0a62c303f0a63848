package onload.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.cli.doctor.Finding.Verdict;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class ExaminationTest {
    @TempDir Path root;

    @Test
    void whereNothingCanBeReadEverythingIsSaidAllTheSame() {
        for (Finding finding : new Examination(root).findings(1)) {
            assertTrue(!finding.found().isBlank(), finding.subject());
            assertEquals(
                    finding.verdict() == Verdict.FINE, finding.mend().isEmpty(), finding.subject());
        }
        assertEquals(Verdict.MISSING, finding("kernel").verdict());
    }

    @Test
    void whoHasTheCapabilitiesOfANicIsFine() throws IOException {
        write("proc/self/status", "Name:\tjava\nCapEff:\t0000000000003000\nCapBnd:\t0\n");
        assertEquals(
                Finding.fine("privileges", "CAP_NET_ADMIN, CAP_NET_RAW"), finding("privileges"));
    }

    @Test
    void whoHasNotIsToldWhichAreMissing() throws IOException {
        write("proc/self/status", "CapEff:\t0000000000001000\n");
        Finding finding = finding("privileges");
        assertEquals(Verdict.COULD_BE_BETTER, finding.verdict());
        assertEquals("without CAP_NET_RAW, CAP_IPC_LOCK, CAP_SYS_ADMIN, CAP_BPF", finding.found());
    }

    @Test
    void allCapabilitiesAreNoNegativeNumber() throws IOException {
        write("proc/self/status", "CapEff:\tffffffffffffffff\n");
        assertEquals(Verdict.FINE, finding("privileges").verdict());
        assertEquals(Verdict.FINE, finding("locked memory").verdict());
    }

    @Test
    void aLimitOfLockedMemoryMattersUnlessThereIsACapability() throws IOException {
        write(
                "proc/self/limits",
                "Limit  Soft Limit  Hard Limit  Units\nMax locked memory  8388608  8388608  bytes\n");
        write("proc/self/status", "CapEff:\t0\n");
        assertEquals(Verdict.COULD_BE_BETTER, finding("locked memory").verdict());
        write("proc/self/status", "CapEff:\t0000000000004000\n");
        assertEquals(Verdict.FINE, finding("locked memory").verdict());
        write("proc/self/status", "CapEff:\t0\n");
        write("proc/self/limits", "Max locked memory  unlimited  unlimited  bytes\n");
        assertEquals(Verdict.FINE, finding("locked memory").verdict());
    }

    @Test
    void freeHugePagesOfAllSizesAreAddedUp() throws IOException {
        write("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "3\n");
        write("sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "1\n");
        assertEquals(Finding.fine("huge pages", "1030 MiB free"), finding("huge pages"));
    }

    @Test
    void aClockThatIsASystemCallCouldBeBetter() throws IOException {
        String file = "sys/devices/system/clocksource/clocksource0/current_clocksource";
        write(file, "tsc\n");
        assertEquals(Verdict.FINE, finding("clock").verdict());
        write(file, "hpet\n");
        assertEquals(Verdict.COULD_BE_BETTER, finding("clock").verdict());
    }

    @Test
    void devicesAreNamed() throws IOException {
        write("proc/self/net/dev", "Inter-|   Receive\n face |bytes\n    lo: 1 2\n  eth0: 1 2\n");
        assertEquals("devices: lo, eth0", finding("network namespace").found());
    }

    private Finding finding(String subject) {
        return new Examination(root)
                .findings(2).stream()
                        .filter(finding -> finding.subject().equals(subject))
                        .findFirst()
                        .orElseThrow();
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
