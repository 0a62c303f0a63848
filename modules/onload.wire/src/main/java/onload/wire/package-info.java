/**
 * The formats of the Internet protocols as they are on the wire, and the arithmetic that belongs to
 * them. A leaf: no state, no time, no input or output, no other layer.
 *
 * <h2>Headers</h2>
 *
 * <p>A header is a class of static methods over {@code (buffer, offset)}: a flyweight without an
 * instance. A packet has half a dozen headers in one buffer; nothing is wrapped, allocated or kept in
 * step to read one of them. Each such class has
 *
 * <ul>
 *   <li>{@code …_OFFSET} constants of every field, counted from the first byte of the header, and the
 *       lengths that the format knows;
 *   <li>one {@code check}: it is given the number of bytes that there are, and answers the number of
 *       bytes of the header, or a negative constant of {@link onload.wire.Malformed}. <strong>After a
 *       check that succeeded no accessor of that class can fail, whatever the bytes are</strong>; before
 *       it, none may be called. The check knows the format only. Whether a checksum is right, an address
 *       allowed or a port open is asked elsewhere;
 *   <li>an accessor named as the field is in the RFC, and a setter of the same name. Values are in host
 *       order and unsigned where the field is; a 32-bit field that is used as a bit pattern or in
 *       modular arithmetic (IPv4 addresses, sequence numbers) is an {@code int}, one that is a quantity
 *       is a {@code long};
 *   <li>for a list (options, records) one check of the whole list, and then a walk by index that
 *       cannot fail: {@code first} answers the index of the first entry and {@code next} that of the
 *       one after an entry, or the index after the list if there is none. Accessors of an entry take
 *       its index. An accessor that is named for one type of message or option is for that type only.
 *       Where what is found belongs together for a whole packet, as the options of TCP and the
 *       extension headers of IPv6 do, one pass fills a reusable object instead.
 * </ul>
 *
 * <p>Everything takes Agrona's {@link org.agrona.concurrent.UnsafeBuffer} and not one of its interfaces:
 * one concrete class keeps each call on the hot path direct, whoever else in the process uses the
 * interfaces, and it wraps arrays, byte buffers and bare addresses alike.
 *
 * <h2>Addresses</h2>
 *
 * <p>On hot paths an IPv4 address is an {@code int} ({@link onload.wire.Ipv4Address}), an IPv6
 * address two {@code long}s ({@link onload.wire.Ipv6Address}), an Ethernet address a {@code long}
 * ({@link onload.wire.MacAddress}); these classes hold only functions. Where one code path serves
 * both versions of IP, an IPv4 address takes its IPv4-mapped form (RFC 4291, section 2.5.5.2), so
 * that every address is two longs. {@link onload.wire.IpAddress} is the object for control paths,
 * {@link onload.wire.IpPrefix} the one for routes, {@link onload.wire.CidrAddress} that for
 * interfaces. Text is read strictly, and what is wrong with it is said in one line.
 *
 * <h2>Threads</h2>
 *
 * <p>Nothing here has state that changes, except the few reusable results of parsing that say so;
 * every function may be called from any thread.
 */
@NullMarked
package onload.wire;

import org.jspecify.annotations.NullMarked;
