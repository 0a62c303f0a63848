/**
 * What people wrote, and what they may have meant. Whoever reads names from people, such as those of NICs, their
 * settings or the options of a stack, refuses one that is not there with the nearest one that is.
 */
@NullMarked
package onload.nic.text;

import org.jspecify.annotations.NullMarked;
