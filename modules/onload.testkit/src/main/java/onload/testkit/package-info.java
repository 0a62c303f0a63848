/**
 * The tools of a test that moves packets: a {@link onload.testkit.VirtualClock} in place of the real one, {@link
 * onload.testkit.FrameBuilder} and {@link onload.testkit.FrameExpectation} to say in the words of the RFCs what is
 * sent and what must come, {@link onload.testkit.PacketPools} that ends each test with the question whether every
 * buffer is home, and {@link onload.testkit.VirtualInterfaceConformance}, the suite that every NIC provider passes.
 *
 * <p>A test of a layer has the shape: these frames in at this time, those frames out. Time moves only when the test
 * says so, so that a test of a minute of retransmissions takes a millisecond and always ends the same.
 *
 * <p>This module stands just above onload.nic, so that the tests of every layer from there on can use it.
 */
@NullMarked
package onload.testkit;

import org.jspecify.annotations.NullMarked;
