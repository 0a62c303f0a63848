/**
 * Whose frames come to this stack, on interfaces that are shared with the kernel.
 *
 * <p>A NIC that the kernel goes on using hands a stack only the frames of flows that it has asked for by a filter. Each
 * socket that takes a local address and port therefore holds a {@link onload.ip.claim.FlowClaim} of them, from {@link
 * onload.ip.claim.FlowClaims}: the first one adds the filters, the last one that lets go removes them, so that
 * connections live on when their listener closes. Where no NIC is shared, a claim is nothing and costs nothing.
 */
@NullMarked
package onload.ip.claim;

import org.jspecify.annotations.NullMarked;
