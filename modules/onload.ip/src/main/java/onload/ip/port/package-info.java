/**
 * Choosing local ports for those who did not ask for one by number, as RFC 6056 recommends. TCP and UDP both do; each
 * has ports of its own, and says itself which are free.
 */
@NullMarked
package onload.ip.port;

import org.jspecify.annotations.NullMarked;
