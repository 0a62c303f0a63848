package onload.ip.claim;

import org.jspecify.annotations.Nullable;

/**
 * A local address and port that are this stack's for as long as somebody holds this. Whoever got it, or retained it,
 * releases it once. Single-threaded, under the stack lock.
 */
public final class FlowClaim {
    /** Of what needs no claim, since no interface is shared. */
    static final FlowClaim NOTHING = new FlowClaim(null, null, new int[0][]);

    private final FlowClaims claims;
    private final FlowClaims.Key key;

    /** Filters by NIC. */
    final int[] @Nullable [] filters;

    private int holders = 1;

    @SuppressWarnings("NullAway") // both are null for nothing alone, which asks neither
    FlowClaim(
            @Nullable FlowClaims claims, FlowClaims.@Nullable Key key, int[] @Nullable [] filters) {
        this.claims = claims;
        this.key = key;
        this.filters = filters;
    }

    /** {@return this, held once more} */
    public FlowClaim retain() {
        if (this != NOTHING) {
            holders++;
        }
        return this;
    }

    /** Lets go; the last one gives the flows back to the kernel. */
    public void release() {
        if (this != NOTHING && --holders == 0) {
            claims.remove(key, this);
        }
    }
}
