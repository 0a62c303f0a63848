/**
 * Scripts in the packetdrill language, run against onload's own TCP on virtual time. A {@link
 * onload.testkit.script.language.Script} says which calls a program makes, which packets come in and which have
 * to go out, and when; a {@link onload.testkit.script.run.ScriptRunner} plays both the program and the network.
 * Results are exact: they depend neither on the machine nor on its load.
 */
@NullMarked
package onload.testkit.script;

import org.jspecify.annotations.NullMarked;
