package onload.linux;

import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Optional;

/** A machine on which the numbers of system calls are known; 64 bits, least significant byte first. */
public enum Architecture {
    /** x86-64; numbers from arch/x86/entry/syscalls/syscall_64.tbl. */
    X86_64,

    /** 64-bit ARM; numbers from include/uapi/asm-generic/unistd.h. */
    AARCH64;

    private static final Optional<Architecture> CURRENT =
            find(
                    System.getProperty("os.name", ""),
                    System.getProperty("os.arch", ""),
                    ByteOrder.nativeOrder());

    /** {@return the one that this JVM runs on; empty if it is another, or not Linux} */
    public static Optional<Architecture> current() {
        return CURRENT;
    }

    /**
     * {@return the one that this JVM runs on}
     *
     * @throws UnsupportedOperationException if it is another, or not Linux; the message says so
     */
    public static Architecture required() {
        return CURRENT.orElseThrow(() -> new UnsupportedOperationException(missing()));
    }

    /** {@return why there is none, for people} */
    public static String missing() {
        return "onload.linux does not know %s on %s; expected Linux on x86-64 or aarch64"
                .formatted(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    static Optional<Architecture> find(String system, String machine, ByteOrder order) {
        if (!system.equals("Linux") || order != ByteOrder.LITTLE_ENDIAN) {
            return Optional.empty();
        }
        return switch (machine.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> Optional.of(X86_64);
            case "aarch64", "arm64" -> Optional.of(AARCH64);
            default -> Optional.empty();
        };
    }
}
