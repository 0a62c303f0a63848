/**
 * What the look-up of NICs and the reading of their settings share and nobody else needs: guessing
 * what was meant by a name that is not there.
 */
@NullMarked
package onload.nic.internal;

import org.jspecify.annotations.NullMarked;
