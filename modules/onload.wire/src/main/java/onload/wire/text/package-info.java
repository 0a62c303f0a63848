/**
 * Packets as text, in the words of tcpdump: for traces, test failures and {@code onload tcpdump}. It reads
 * whatever bytes it is given and says what is malformed; it is for people and allocates.
 *
 * <p>{@link onload.wire.text.FrameText} is the way in. The words are those of tcpdump 4.99 with {@code -n
 * -S}, since many programs and most of our readers can read them: also where they are odd, such as {@code
 * multicast listener reportmax resp delay}. They differ on purpose where tcpdump
 *
 * <ul>
 *   <li>looks into what TCP and UDP carry, by their ports. Here a segment or datagram ends with its
 *       length;
 *   <li>knows a protocol that no onload module speaks. Here that is {@code ip-proto-N} or an EtherType;
 *   <li>adds lines with a hexadecimal dump. Here a packet is one line;
 *   <li>leaves a bracket open behind a bad TCP option, prints a value from outside an option of the wrong
 *       length, or does not look at IPv6 destination options at all;
 *   <li>leaves out the ninth control bit of TCP, AE (RFC 9768). Here it is {@code e}, as in later versions
 *       of tcpdump.
 * </ul>
 */
@NullMarked
package onload.wire.text;

import org.jspecify.annotations.NullMarked;
