package onload.sockets.dump;

import onload.tcp.TcpState;
import onload.wire.IpAddress;

import java.util.Locale;

/** Entries of which every number follows from one, so that two halves of different writes are found out. */
final class Agreeing {
    private static final TcpState[] STATES = TcpState.values();

    private final StackFile file;
    private final SocketRecord record = new SocketRecord();

    Agreeing(StackFile file) {
        this.file = file;
    }

    /** Writes one entry; every 16th frees one. */
    void write(long n) {
        int slot = (int) (n % StackFixture.SOCKETS);
        if (n % 16 == 15) {
            file.clear(slot);
            return;
        }
        int small = (int) (n & 0xFFFF);
        record.reset(SocketKind.TCP)
                .state(STATES[(int) (n % STATES.length)])
                .accelerated((n & 1) == 0)
                .local(n, ~n, small)
                .remote(-n, n + 1, small)
                .queues((int) n, (int) ~n)
                .listener((int) n, (int) ~n)
                .path((int) n, n * 3, n * 5)
                .traffic(n, n * 7, n * 11);
        file.socket(slot, record);
    }

    /** Whether an entry is one of those. */
    static boolean isOne(SocketEntry entry) {
        long n = entry.inBytes();
        int small = (int) (n & 0xFFFF);
        return new SocketEntry(
                        (int) (n % StackFixture.SOCKETS),
                        true,
                        SocketKind.TCP,
                        STATES[(int) (n % STATES.length)].name().toLowerCase(Locale.ROOT),
                        (n & 1) == 0,
                        IpAddress.of(n, ~n),
                        small,
                        IpAddress.of(-n, n + 1),
                        small,
                        (int) n,
                        (int) ~n,
                        (int) n,
                        (int) ~n,
                        (int) n,
                        n * 3,
                        n * 5,
                        n,
                        n * 7,
                        n * 11)
                .equals(entry);
    }
}
