@NullMarked
package onload.sockets.option;

import org.jspecify.annotations.NullMarked;
