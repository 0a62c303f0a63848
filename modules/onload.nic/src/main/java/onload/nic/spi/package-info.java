/**
 * What a NIC gives to a stack, and what a provider of NICs implements.
 *
 * <p>The shape is that of a <em>virtual interface</em>: one receive ring, one transmit ring and one queue of
 * events over packet memory that the NIC has registered, used by one stack without anybody in between. The
 * life of a frame through {@link onload.nic.spi.VirtualInterface}:
 *
 * <pre>
 * receive    post ──▶ receive ring ──▶ the NIC writes a frame ──▶ poll: received(packet) ──▶ release
 * transmit   transmit … transmit, ring ──▶ the NIC reads them ──▶ poll: transmitted(packet) ──▶ release
 * sleep      prime: armed, or events slipped in ──▶ WakeUp.await ──▶ poll
 * </pre>
 *
 * <p>A backend is a {@link onload.nic.spi.NicProvider}, found by {@code ServiceLoader}; {@code onload.nic.Nics}
 * looks it up. Every provider passes the conformance suite of the test-kit.
 *
 * <h2>Threads</h2>
 *
 * <p>A virtual interface and its pool belong to one thread at a time, in a stack to the holder of its lock.
 * {@link onload.nic.spi.WakeUp} is the exception: it is what other threads wait on and signal.
 */
@NullMarked
package onload.nic.spi;

import org.jspecify.annotations.NullMarked;
