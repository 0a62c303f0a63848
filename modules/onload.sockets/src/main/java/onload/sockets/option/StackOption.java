package onload.sockets.option;

/** stub */
public enum StackOption {
    /** x */ NAME(""), /** x */ DRIVE("shared"), /** x */ SPIN("0"), /** x */ HELPER_BOUND("500000"), /** x */ LOCK_SPIN("5000"), /** x */ POLL_EVENTS("64"), /** x */ DEFER_LIMIT("32"),
    /** x */ UNLOCKED_PACKETS("256"), /** x */ SEND_UNLOCKED_THRESHOLD("1500"), /** x */ MAX_SOCKETS("65536"), /** x */ IPV6("1"), /** x */ DUPLICATE_ADDRESS_DETECTION("1"), /** x */ PACKETS("32768"), /** x */ DUMP("1"), /** x */ DUMP_FOLDER("");
    final String d;
    StackOption(String d) { this.d = d; }
}
