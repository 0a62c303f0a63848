/**
 * What the kernel says about its network: addresses, routes and neighbours, by {@code rtnetlink(7)}.
 *
 * <p>A {@link onload.linux.netlink.InterfaceMirror} asks for all of one interface, then listens to what changes.
 * The kernel drops news that nobody reads in time and says so; then all is asked for once more, and what differs
 * is told. Layouts and numbers are those of include/uapi/linux/netlink.h, rtnetlink.h, if_addr.h and
 * neighbour.h. Lengths are checked, since a newer kernel may say more than is known here: what is not understood
 * is skipped and counted.
 */
@NullMarked
package onload.linux.netlink;

import org.jspecify.annotations.NullMarked;
