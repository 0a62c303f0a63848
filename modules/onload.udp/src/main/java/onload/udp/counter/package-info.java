/**
 * What UDP counts: one name for each thing that happens to a datagram, and exactly one for each way in which a datagram
 * is dropped.
 */
@NullMarked
package onload.udp.counter;

import org.jspecify.annotations.NullMarked;
