/**
 * Fragments: cutting a datagram that is longer than its link, and putting together what was cut (RFC 791, RFC 8200).
 */
@NullMarked
package onload.ip.fragment;

import org.jspecify.annotations.NullMarked;
