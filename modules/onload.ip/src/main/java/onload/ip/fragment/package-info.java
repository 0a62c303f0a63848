/**
 * Fragments: cutting a datagram that is longer than its link, and putting together what was cut (RFC 791, RFC 8200).
 *
 * <p>{@link onload.ip.fragment.Reassembly} is a state machine with deadlines. It keeps the packets that came in, and
 * what it answers is a chain of them; {@link onload.ip.fragment.ReassemblyEvents} hears of what it gave up.
 * Fragments are the cheapest attack there is on a host's memory: a few bytes from a forged source hold a buffer for
 * a minute. So there is a limit for each thing that one could have too many of
 * ({@link onload.ip.fragment.ReassemblyOptions}), what makes room is chosen so that a flood displaces itself first,
 * and no step takes longer for what is held already.
 *
 * <p>{@link onload.ip.fragment.FragmentCutter} makes fresh packets of one that is too long; {@link
 * onload.ip.fragment.TransportChecksum} is what it needs, and others do, where no NIC fills in the checksum.
 */
@NullMarked
package onload.ip.fragment;

import org.jspecify.annotations.NullMarked;
