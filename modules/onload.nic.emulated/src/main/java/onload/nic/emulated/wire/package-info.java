/**
 * A wire between any two NICs, with the impairments of an emulated cable on the clock of the caller.
 *
 * <p>What arrives at one NIC, whatever its addresses, travels through an {@link onload.nic.emulated.EmulatedPath} and
 * is transmitted at the other, and so in the other direction. Between two TAP devices it impairs what two kernels say
 * to each other, between a TAP device and an emulated NIC what a kernel says to a stack, and so all are compared
 * under the same delay, loss and order from the same seed.
 *
 * <pre>
 * NIC ──poll──▶ its pool ──copy──▶ EmulatedPath ──copy──▶ the other pool ──transmit──▶ other NIC
 * </pre>
 *
 * <p>{@link onload.nic.emulated.wire.Wire} is a duty cycle without a thread; {@link
 * onload.nic.emulated.wire.WireThread} runs one. {@link onload.nic.emulated.wire.WireDirection} has the counters.
 *
 * <h2>What the NICs must do</h2>
 *
 * <p>Hand up the frames for all stations, else what is meant for the other end's station is dropped by the NIC and
 * counted there: an emulated NIC is promiscuous, a TAP device has the address of the station at the far end. Take
 * frames of the smaller of the two MTUs in as many of their pool's buffers as those need.
 *
 * <h2>Every frame is somewhere</h2>
 *
 * <pre>
 * received = entered; entered + duplicated = delivered + dropped + lost (LinkCounter) + in flight
 * delivered = transmitted + dropped (WireCounter)
 * </pre>
 *
 * <p>What the far NIC does with a frame that it took is in its own counters.
 */
@NullMarked
package onload.nic.emulated.wire;

import org.jspecify.annotations.NullMarked;
