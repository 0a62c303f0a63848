/**
 * What tests need of Linux: network namespaces of their own, devices in them, programs at their other end.
 *
 * <p>A {@link onload.testkit.linux.Sandbox} makes {@linkplain onload.testkit.linux.Namespace namespaces} and
 * removes them with all that is in them. Names begin with {@code onload} and contain the number of the process,
 * so that two test runs never meet, and what a killed run has left behind is taken away by the next. Nothing
 * here touches a device of the machine itself. Everything is bounded in time; a program that was {@linkplain
 * onload.testkit.linux.Program started} ends with its object.
 */
@NullMarked
package onload.testkit.linux;

import org.jspecify.annotations.NullMarked;
