/**
 * Scripts of packet exchanges as a command: {@code onload packetdrill} runs scripts in the packetdrill language against
 * onload's TCP on virtual time, so that anybody can hold the stack against what a segment has to be answered with.
 */
@NullMarked
package onload.cli.packetdrill;

import org.jspecify.annotations.NullMarked;
