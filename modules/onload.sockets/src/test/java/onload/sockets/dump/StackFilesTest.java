package onload.sockets.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;

class StackFilesTest {
    @TempDir Path parent = Path.of("");

    private Path folder = Path.of("");

    @BeforeEach
    void name() {
        folder = parent.resolve("onload-" + System.getProperty("user.name"));
    }

    private String refused() {
        IOException e = assertThrows(IOException.class, () -> PrivateFolder.in(parent));
        String expected =
                "; expected a folder of this user with the permissions rwx------, or none";
        assertTrue(StackFixture.message(e).startsWith(folder.toString()), StackFixture.message(e));
        assertTrue(StackFixture.message(e).endsWith(expected), StackFixture.message(e));
        return StackFixture.message(e)
                .substring(
                        folder.toString().length(),
                        StackFixture.message(e).length() - expected.length());
    }

    private static void permissions(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void theFolderIsMadeForItsUserOnlyAndUsedAgain() throws IOException {
        assertEquals(folder, PrivateFolder.in(parent));
        assertEquals(
                "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        Files.writeString(folder.resolve("1-left.stack"), "left");
        assertEquals(folder, PrivateFolder.in(parent));
        assertTrue(Files.exists(folder.resolve("1-left.stack")));
    }

    @Test
    void aFolderThatIsOpenToOthersIsRefusedAndNotRepaired() throws IOException {
        Files.createDirectory(folder);
        for (String open :
                List.of("rwxr-x---", "rwx-----x", "rwxrwxrwx", "rwx---r--", "rwx-w----")) {
            permissions(folder, open);
            assertEquals(" is open to others (" + open + ")", refused());
            assertEquals(
                    open, PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        }
        permissions(folder, "rwx------");
        assertEquals(folder, PrivateFolder.in(parent));
    }

    @Test
    void aSymbolicLinkIsRefusedEvenToAGoodFolder() throws IOException {
        Path good = Files.createDirectory(parent.resolve("good"));
        permissions(good, "rwx------");
        Files.createSymbolicLink(folder, good);
        assertEquals(" is a symbolic link", refused());
    }

    @Test
    void aSymbolicLinkToNothingIsRefusedAndNothingIsMade() throws IOException {
        Files.createSymbolicLink(folder, parent.resolve("nothing"));
        assertEquals(" is a symbolic link", refused());
        assertFalse(Files.exists(parent.resolve("nothing")));
    }

    @Test
    void aFileInThePlaceOfTheFolderIsRefused() throws IOException {
        Files.writeString(folder, "hello");
        permissions(folder, "rw-------");
        assertEquals(" is not a folder", refused());
    }

    @Test
    void theFolderOfAnotherUserIsRefused() throws IOException {
        PrivateFolder.in(parent);
        UserPrincipal owner = Files.getOwner(folder);
        UserPrincipal other =
                folder.getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName(
                                owner.getName().equals("nobody") ? "root" : "nobody");
        IOException e = assertThrows(IOException.class, () -> PrivateFolder.check(folder, other));
        assertTrue(
                StackFixture.message(e).startsWith(folder + " belongs to " + owner.getName() + ";"),
                StackFixture.message(e));
    }

    @Test
    void withoutAFolderToPutItThereIsNone() {
        assertThrows(IOException.class, () -> PrivateFolder.in(parent.resolve("missing")));
    }

    @Test
    void theFolderOfThisUserIsTheSameEachTime() throws IOException {
        Path first = StackFiles.folder();
        assertEquals(first, StackFiles.folder());
        assertTrue(Files.isDirectory(first));
        assertTrue(first.getFileName().toString().startsWith("onload-"));
    }

    @Test
    void theNameOfAFileHasTheProcessAndTheStack() {
        assertEquals("7-main.stack", StackFiles.fileName(7, "main"));
        assertEquals("7-.._a_b_c.stack", StackFiles.fileName(7, "../a b/c"));
    }

    @Test
    void removingTheDeadRemovesWhatAProcessWithoutANumberLeft() throws IOException {
        byte[] bytes = StackFixture.bytes(parent);
        Path dead = parent.resolve("5-dead.stack");
        Files.write(
                dead, StackFixture.withLong(bytes, StackLayout.PROCESS_START_MS_OFFSET, 1_000_000));
        Path damaged = Files.write(parent.resolve("6-damaged.stack"), new byte[100]);
        assertEquals(List.of(dead), StackFiles.removeDead(parent));
        assertTrue(Files.exists(damaged));
    }

    @Test
    void removingTheDeadRemovesAllHoweverMany() throws IOException {
        byte[] bytes = StackFixture.bytes(parent);
        byte[] dead = StackFixture.withLong(bytes, StackLayout.PROCESS_START_MS_OFFSET, 1_000_000);
        for (int i = 0; i < 600; i++) {
            Files.write(parent.resolve(i + "-dead.stack"), dead);
        }
        try (StackView.Listing listing = StackView.list(parent)) {
            assertEquals(512, listing.stacks().size());
            assertEquals(88, listing.skipped().size());
        }
        assertEquals(600, StackFiles.removeDead(parent).size());
        try (StackView.Listing listing = StackView.list(parent)) {
            assertEquals(List.of(), listing.stacks());
        }
    }
}
