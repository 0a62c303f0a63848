package onload.jdk;

/** What channels stand on in a test: the same must happen on each. */
public enum Ground {
    /** The JDK's own channels, which say what is right. */
    KERNEL,

    /** Ours, before the kernel's, since loopback is not ours. */
    FALLBACK,

    /** Ours, on two stacks with an emulated wire between them. */
    STACK
}
