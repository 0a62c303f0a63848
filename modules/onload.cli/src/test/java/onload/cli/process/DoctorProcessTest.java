package onload.cli.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.cli.process.OnloadScript.Ended;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

@Timeout(60)
class DoctorProcessTest {
    @TempDir Path folder;
    private OnloadScript onload;

    @BeforeEach
    void findTheScript() {
        onload = new OnloadScript(folder);
    }

    @Test
    void everyKindOfNicIsThere() throws Exception {
        Ended ended = onload.onload("doctor");
        for (String subject :
                new String[] {"Java ", "privileges ", "NIC emulated ", "NIC tap ", "NIC afxdp "}) {
            assertTrue(ended.output().contains(" " + subject), ended::output);
        }
        assertTrue(ended.exitCode() <= 1, ended::errors);
    }

    @Test
    void aNicThatIsNamedDecides() throws Exception {
        assertEquals(0, onload.onload("doctor", "emulated:x").exitCode());
        Ended ended = onload.onload("doctor", "emulated:x", "afxdp:onload-none");
        assertEquals(1, ended.exitCode());
        assertTrue(ended.output().contains("NO afxdp:onload-none"), ended::output);
        assertEquals(2, onload.onload("doctor", "not a nic").exitCode());
    }

    @Test
    void jsonIsOneLine() throws Exception {
        Ended ended = onload.onload("doctor", "--json", "emulated:x");
        assertEquals(1, ended.output().lines().count());
        assertTrue(ended.output().startsWith("{\"machine\":[{\"subject\":\"Java\""), ended::output);
        assertTrue(
                ended.output()
                        .contains("\"tried\":[{\"subject\":\"emulated:x\",\"verdict\":\"fine\""),
                ended::output);
    }
}
