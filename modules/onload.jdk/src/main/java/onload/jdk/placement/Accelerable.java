package onload.jdk.placement;

/** What every socket of ours can answer: whether it is a stack's, and why not. */
public interface Accelerable {
    /** {@return whether a stack's socket stands behind it; of one that is bound to the wildcard, also one} */
    boolean isAccelerated();

    /** {@return why it is the kernel's, in words for people; empty if it is not} */
    String whyNotAccelerated();
}
