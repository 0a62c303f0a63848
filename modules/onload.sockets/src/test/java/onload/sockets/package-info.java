@NullMarked
package onload.sockets;

import org.jspecify.annotations.NullMarked;
