package onload.programs;

/** What programs print for those who have started them. */
final class Say {
    private Say() {}

    /** A server can be reached. */
    static void ready(int port) {
        line("ready " + port);
    }

    /** Something was found out. */
    static void line(String text) {
        System.out.println(text);
        System.out.flush();
    }

    /** Goes on if something is as it should be. */
    static void check(boolean isSo, String what) {
        if (!isSo) {
            throw new IllegalStateException("not so: " + what);
        }
    }

    /** Ends the program with 0, whatever threads there are. */
    static void done() {
        line("done");
        System.exit(0);
    }

    /** Runs until the program is ended from outside. */
    static void serveForever() throws InterruptedException {
        Thread.currentThread().join();
    }
}
