package onload.linux;

import java.util.Locale;

/**
 * The system calls that are used, with their numbers on each {@link Architecture}, which never change once given:
 * arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux 6.18.
 */
public enum SystemCall {
    /** {@code read(2)}. */
    READ(0, 63),

    /** {@code write(2)}. */
    WRITE(1, 64),

    /** {@code readv(2)}. */
    READV(19, 65),

    /** {@code writev(2)}. */
    WRITEV(20, 66),

    /** {@code openat(2)}, by which files are opened on every architecture. */
    OPENAT(257, 56),

    /** {@code close(2)}. */
    CLOSE(3, 57),

    /** {@code fcntl(2)}. */
    FCNTL(72, 25),

    /** {@code mmap(2)}. */
    MMAP(9, 222),

    /** {@code munmap(2)}. */
    MUNMAP(11, 215),

    /** {@code madvise(2)}. */
    MADVISE(28, 233),

    /** {@code ioctl(2)}. */
    IOCTL(16, 29),

    /** {@code socket(2)}. */
    SOCKET(41, 198),

    /** {@code bind(2)}. */
    BIND(49, 200),

    /** {@code getsockname(2)}. */
    GETSOCKNAME(51, 204),

    /** {@code sendto(2)}. */
    SENDTO(44, 206),

    /** {@code recvfrom(2)}. */
    RECVFROM(45, 207),

    /** {@code recvmsg(2)}. */
    RECVMSG(47, 212),

    /** {@code setsockopt(2)}. */
    SETSOCKOPT(54, 208),

    /** {@code getsockopt(2)}. */
    GETSOCKOPT(55, 209),

    /** {@code ppoll(2)}, since {@code poll(2)} is not on every architecture. */
    PPOLL(271, 73),

    /** {@code eventfd2(2)}. */
    EVENTFD2(290, 19),

    /** {@code epoll_create1(2)}. */
    EPOLL_CREATE1(291, 20),

    /** {@code epoll_ctl(2)}. */
    EPOLL_CTL(233, 21),

    /** {@code rt_sigprocmask(2)}. */
    RT_SIGPROCMASK(14, 135),

    /** {@code execve(2)}. */
    EXECVE(59, 221),

    /** {@code setns(2)}. */
    SETNS(308, 268),

    /** {@code sched_setaffinity(2)}. */
    SCHED_SETAFFINITY(203, 122),

    /** {@code sched_getaffinity(2)}. */
    SCHED_GETAFFINITY(204, 123),

    /** {@code prlimit64(2)}. */
    PRLIMIT64(302, 261),

    /** {@code bpf(2)}. */
    BPF(321, 280);

    private final int onX86;
    private final int onAarch64;
    private final long number;

    SystemCall(int onX86, int onAarch64) {
        this.onX86 = onX86;
        this.onAarch64 = onAarch64;
        number = Architecture.current().map(this::number).orElse(-1);
    }

    /** {@return its number on a machine} */
    public int number(Architecture architecture) {
        return architecture == Architecture.X86_64 ? onX86 : onAarch64;
    }

    /** {@return its number on this machine; −1 if that is none that is known} */
    long number() {
        return number;
    }

    /** {@return the name as the manual has it, such as {@code sendto}} */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
