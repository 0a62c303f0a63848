package onload.sockets.dump;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;

/**
 * A folder that nobody but its user can look into or change. It stands in a place that everybody can write,
 * where others may have been first: what is found there is looked at before it is used, and never repaired.
 */
final class PrivateFolder {
    private static final Path SELF = Path.of("/proc/self");

    private PrivateFolder() {}

    /** {@return the folder of this user in another, made if it is not there} */
    static Path in(Path parent) throws IOException {
        UserPrincipal user = user(parent);
        Path folder = parent.resolve("onload-" + sanitised(user.getName()));
        try {
            Files.createDirectory(folder, StackFiles.ownerOnly("rwx------"));
        } catch (FileAlreadyExistsException e) {
            // Found, not made: the look below says whether it will do.
        }
        if (StackFiles.isPosix()) {
            check(folder, user);
        }
        return folder;
    }

    /** Throws unless the folder is one, is the user's and is open to nobody else. */
    static void check(Path folder, UserPrincipal user) throws IOException {
        PosixFileAttributes found =
                Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        String permissions = PosixFilePermissions.toString(found.permissions());
        if (found.isSymbolicLink()) {
            throw refused(folder, "is a symbolic link");
        }
        if (!found.isDirectory()) {
            throw refused(folder, "is not a folder");
        }
        if (!found.owner().equals(user)) {
            throw refused(folder, "belongs to %s".formatted(found.owner().getName()));
        }
        if (!permissions.endsWith("------")) {
            throw refused(folder, "is open to others (" + permissions + ")");
        }
    }

    private static IOException refused(Path folder, String why) {
        return new IOException(
                "%s %s; expected a folder of this user with the permissions rwx------, or none"
                        .formatted(folder, why));
    }

    /** A container may run a user that has no name: its number is what owns the process then. */
    private static UserPrincipal user(Path parent) throws IOException {
        String name = System.getProperty("user.name", "");
        try {
            return parent.getFileSystem()
                    .getUserPrincipalLookupService()
                    .lookupPrincipalByName(name);
        } catch (IOException | UnsupportedOperationException e) {
            Path own = Files.exists(SELF) ? SELF : Path.of(System.getProperty("user.home"));
            return Files.getOwner(own);
        }
    }

    private static String sanitised(String name) {
        return name.replaceAll("[^A-Za-z0-9._-]", "_");
    }
}
