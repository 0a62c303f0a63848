package onload.jdk.placement;

import onload.sockets.Stack;

import org.jspecify.annotations.Nullable;

/**
 * Where a socket goes.
 *
 * @param stack the stack that it is one of; null if it is the kernel's
 * @param reason why it is the kernel's, in words for people; empty if it is not
 */
public record Placement(@Nullable Stack stack, String reason) {
    /** {@return that a socket is one of a stack's} */
    public static Placement on(Stack stack) {
        return new Placement(stack, "");
    }

    /** {@return that a socket is the kernel's, and why} */
    public static Placement kernel(String reason) {
        return new Placement(null, reason);
    }

    /** {@return whether it is one of a stack's} */
    public boolean isAccelerated() {
        return stack != null;
    }
}
