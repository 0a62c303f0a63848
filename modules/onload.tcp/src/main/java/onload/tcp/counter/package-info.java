/**
 * What TCP counts: one name for each thing that happens to a segment or a connection, and exactly one for each
 * way in which a segment is dropped.
 */
@NullMarked
package onload.tcp.counter;

import org.jspecify.annotations.NullMarked;
