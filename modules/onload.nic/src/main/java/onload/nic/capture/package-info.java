/**
 * Capture: what an interface receives and transmits, copied into a pcapng file while the stack
 * runs.
 *
 * <p>A {@link onload.nic.capture.CapturingInterface} stands before a virtual interface all its
 * life. It costs one read per call until an operator starts a {@link onload.nic.capture.Capture}
 * and adds the interface to it. From then on a frame takes this way:
 *
 * <pre>
 * the stack's thread                                      any other thread
 * poll: received ─┐
 *                 ├─▶ copied into a ring ═════════▶ CaptureWriter: doWork, doWork … ──▶ file
 * ring: sent ─────┘        no room: counted
 * </pre>
 *
 * <p>The stack's thread never waits for the file: it does not lock, block or allocate, and when the
 * ring is full the frame goes its way uncopied and is counted. What was not copied is told where a
 * reader looks for it: before the next frame that was ({@code epb_dropcount}), in the statistics at
 * the end of the file ({@code isb_ifdrop}) and in {@link onload.nic.capture.CaptureReport}.
 *
 * <h2>One ring for each interface</h2>
 *
 * <p>Interfaces that share a file do not share a ring. An interface has one thread at a time, the
 * holder of its stack's lock, so a ring with one producer serves it without an atomic instruction;
 * a ring for all would let two stacks contend for its tail, would let a thread that is descheduled
 * in the middle of a copy hold up the frames of all others, and would let a busy interface take the
 * room of a quiet one. The price is that the file is in order for each interface but not between
 * two of them; {@code reordercap} sorts it.
 *
 * <h2>Time</h2>
 *
 * <p>Nothing here reads a clock. A received frame has the time stamp of its buffer, a transmitted
 * one the time of the doorbell, each on the clock of the polls; an option says how far that is from
 * 1970.
 *
 * <h2>Threads and memory order</h2>
 *
 * <p>A capture is switched on and off by writing the {@code tap} of an interface, which its thread
 * reads with opaque access, and with an acquire fence where there is one. Switching off does not
 * wait for that thread: it may finish a batch into the ring of a capture that has ended, whose
 * memory lives as long as somebody refers to it. So starting and stopping may wait for the file,
 * and never for a stack.
 */
@NullMarked
package onload.nic.capture;

import org.jspecify.annotations.NullMarked;
