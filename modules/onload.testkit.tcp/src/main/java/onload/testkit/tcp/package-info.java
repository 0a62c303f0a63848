/**
 * Simulation of whole networks of TCP engines.
 *
 * <p>A {@link onload.testkit.tcp.Scenario} says all that a simulation depends on, in one line of text; {@link
 * onload.testkit.tcp.Simulation#run} builds the network, holds the conversations of all connections on virtual time,
 * and checks all along that
 *
 * <ul>
 *   <li>bytes are equal on both sides, and streams end where they should;
 *   <li>no sequence number is sent beyond the peer's window, nor more than the initial window before an answer, as the
 *       frames on the sender's cable show;
 *   <li>cwnd, ssthresh and RTO are within the bounds that RFCs set;
 *   <li>no connection breaks or is stuck, and there is no storm of retransmissions;
 *   <li>at the end the tables of all engines are empty and all packet buffers are home.
 * </ul>
 *
 * <p>What fails is a {@link onload.testkit.tcp.Violation}; its message has the line to replay. {@link
 * onload.testkit.tcp.Shrinker} makes it a smaller one that still fails. {@link onload.testkit.tcp.SimulatedNetwork} and
 * {@link onload.testkit.tcp.SimulatedHost} are there for tests that hold conversations of their own.
 */
@NullMarked
package onload.testkit.tcp;

import org.jspecify.annotations.NullMarked;
