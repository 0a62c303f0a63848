package onload.sockets.option;

/** What an option is about. */
public enum OptionGroup {
    /** Who polls, how long and how much. */
    PROGRESS("Progress"),

    /** Packet buffers and sockets that there is room for. */
    MEMORY("Memory"),

    /** Addresses. */
    IP("IP"),

    /** TCP: every setting of the engine. */
    TCP("TCP"),

    /** UDP: every setting of the engine. */
    UDP("UDP"),

    /** The name of a stack, and what others can see of it. */
    DUMP("Name and dump");

    private final String title;

    OptionGroup(String title) {
        this.title = title;
    }

    /** {@return the heading for people} */
    public String title() {
        return title;
    }
}
