/**
 * Routes: by which interface and over which gateway a destination is reached, from which address of ours, and
 * how long
 * a packet may be on the way there.
 */
@NullMarked
package onload.ip.route;

import org.jspecify.annotations.NullMarked;
