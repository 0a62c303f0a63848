/**
 * Networks of hosts in a test.
 *
 * <p>An {@link onload.testkit.ip.IpNetwork} has a virtual clock, cables and switches from one seed, and {@link
 * onload.testkit.ip.IpHost}s, each an IP layer with a packet pool of its own. Time moves from event to event; a test
 * says how long to run or what to wait for, and a failing seed replays. {@link onload.testkit.ip.Ping} asks whether
 * one host reaches another, and how; {@link onload.testkit.ip.PlayedRouter} is a router as a test needs it: with links
 * of different MTUs, on its best or its worst behaviour. An {@link onload.testkit.ip.RawStation} sends whatever
 * frames the test gives it and keeps those that come; {@link onload.testkit.ip.IpPackets} and {@link
 * onload.testkit.ip.IcmpMessages} make what it sends.
 *
 * <p>At the end {@link onload.testkit.ip.IpNetwork#close} closes all hosts, and every packet buffer has to be home.
 */
@NullMarked
package onload.testkit.ip;

import org.jspecify.annotations.NullMarked;
