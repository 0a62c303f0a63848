/**
 * NICs on virtual cables and learning switches, inside one process: for tests of everything above, for programs that
 * test their own, and for two stacks in one JVM.
 *
 * <p>An {@link onload.nic.emulated.EmulatedNetwork} is a set of {@linkplain onload.nic.emulated.EmulatedNic NICs} and
 * {@linkplain onload.nic.emulated.EmulatedSwitch switches} with {@linkplain onload.nic.emulated.EmulatedCable cables}
 * between them. It behaves as hardware does where a driver or a stack can tell: frames are copied out of and
 * into packet memory, rings are finite and drop what they have no room for, completions come late, several
 * queues are fed by a hash and by filters, a wake-up is armed and fires once. And it behaves badly on demand,
 * each direction of each cable by its own {@link onload.nic.emulated.LinkSettings}: late, slow, lossy, in
 * bursts too, twice, out of order, corrupted, cut.
 *
 * <h2>How a frame goes</h2>
 *
 * <pre>
 * transmit, ring ──copy──▶ FrameStore ──▶ EmulatedLink: Transmitter (rate, queue), Impairments (chance)
 *                                              │
 *                            FramesInFlight: one order of arrival for the whole network
 *                                              │ when somebody's clock says so
 *                 EmulatedSwitch, on to the next link  ◀──┴──▶  EmulatedNic: Steering ──copy──▶ posted buffer ──▶ poll
 * </pre>
 *
 * <p>Everything that is in flight stands in one order, by time of arrival and then of sending, so that the outcome
 * depends on the calls, their times and the seed, and on nothing else. On virtual time a whole network of stacks runs
 * in one thread and replays from its seed.
 *
 * <h2>Every frame is somewhere</h2>
 *
 * <p>A frame that was sent is delivered to a stack, still on its way, or in exactly one drop counter: of an interface
 * ({@code NicCounter}), of one direction of a cable ({@link onload.nic.emulated.LinkCounter}) or of a switch ({@link
 * onload.nic.emulated.SwitchCounter}).
 *
 * <h2>Threads</h2>
 *
 * <p>On virtual time one thread does everything, without locks. On real time each interface has its thread, as the
 * service-provider interface wants it, the network has a lock, and methods for control are for any thread. {@link
 * onload.nic.emulated.EmulatedNetwork} says more. Lock order: the table of named networks, then a network.
 */
@NullMarked
package onload.nic.emulated;

import org.jspecify.annotations.NullMarked;
