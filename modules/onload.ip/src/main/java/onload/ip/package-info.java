/**
 * The IP layer of one stack.
 */
@NullMarked
package onload.ip;

import org.jspecify.annotations.NullMarked;
