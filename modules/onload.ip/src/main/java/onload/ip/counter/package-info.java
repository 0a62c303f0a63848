/**
 * What the IP layer counts: one name for each thing that happens to a packet, and exactly one for each way in which
 * a packet is dropped.
 */
@NullMarked
package onload.ip.counter;

import org.jspecify.annotations.NullMarked;
