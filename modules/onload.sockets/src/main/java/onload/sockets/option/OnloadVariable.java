package onload.sockets.option;

/**
 * A variable of Onload that means the same as an option.
 *
 * @param name what it is called there, such as {@code EF_SPIN_USEC}
 * @param unit in what its value counts
 */
public record OnloadVariable(String name, OnloadUnit unit) {}
