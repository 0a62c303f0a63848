package onload.linux.bpf;

import onload.linux.Struct;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;

/** The system call {@code bpf(2)} with its commands of include/uapi/linux/bpf.h. */
final class Bpf {
    static final int MAP_CREATE = 0;
    static final int MAP_LOOKUP_ELEM = 1;
    static final int MAP_UPDATE_ELEM = 2;
    static final int MAP_DELETE_ELEM = 3;
    static final int PROG_LOAD = 5;
    static final int LINK_CREATE = 28;

    /** Longest name of a map or program with its zero byte, {@code BPF_OBJ_NAME_LEN}. */
    static final int NAME_LENGTH = 16;

    static final String PRIVILEGE =
            "run as root, or grant CAP_BPF and CAP_NET_ADMIN (before Linux 5.8 CAP_SYS_ADMIN)";

    private Bpf() {}

    static long call(int command, Struct attributes) {
        return new SystemCalls()
                .call(SystemCall.BPF, command, attributes.address(), attributes.length());
    }
}
