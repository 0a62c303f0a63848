/**
 * Who drives a stack. While a thread waits for something it polls the NIC itself, for as long as its budget
 * says; then it sleeps, and one of those that sleep, or the stack's helper, waits for the NIC and the next timer
 * on behalf of all.
 */
@NullMarked
package onload.sockets.progress;

import org.jspecify.annotations.NullMarked;
