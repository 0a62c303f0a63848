package onload.cli.console;

/** How commands end. {@code run} has the exit code of the program that it became. */
public final class ExitCodes {
    /** All went well. */
    public static final int FINE = 0;

    /** The command was understood and could not be done. */
    public static final int FAILED = 1;

    /** The command line is not one: an option, an address or a NIC that cannot be read. */
    public static final int USAGE = 2;

    /** The program to run is there and cannot be started, as shells answer it. */
    public static final int CANNOT_RUN = 126;

    /** The program to run is not there, as shells answer it. */
    public static final int NOT_FOUND = 127;

    private ExitCodes() {}
}
