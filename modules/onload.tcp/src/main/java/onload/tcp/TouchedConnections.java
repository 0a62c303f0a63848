package onload.tcp;

import java.util.Arrays;

/** The connections that something has happened to since the end of the last batch, each once, in that order. */
final class TouchedConnections {
    private static final int INITIAL_CAPACITY = 64;

    private TcpConnection[] list = new TcpConnection[INITIAL_CAPACITY];
    private int size;

    void add(TcpConnection connection) {
        if (connection.isTouched) {
            return;
        }
        connection.isTouched = true;
        if (size == list.length) {
            list = Arrays.copyOf(list, size * 2);
        }
        list[size++] = connection;
    }

    int size() {
        return size;
    }

    TcpConnection get(int index) {
        return list[index];
    }

    /** Forgets all; those that are touched from now on are of the next batch. */
    void clear() {
        for (int i = 0; i < size; i++) {
            list[i].isTouched = false;
        }
        Arrays.fill(list, 0, size, null);
        size = 0;
    }
}
