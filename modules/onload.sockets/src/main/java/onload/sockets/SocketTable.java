package onload.sockets;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * The sockets of a stack, by number. A number is a place and how often that was given out, so that work that was
 * left for a socket does not get to another one that has its place now.
 *
 * <p>Belongs to the holder of the stack's lock.
 */
final class SocketTable {
    /** No number. */
    static final int NONE = -1;

    private static final int FIRST_SIZE = 64;

    private final int placeBits;
    private final int most;
    private @Nullable Socket[] sockets;
    private int[] numbers;
    private int[] free;
    private int freeCount;
    private int used;

    /** Makes an empty one for so many sockets, 1 to 2²⁴. */
    SocketTable(int most) {
        this.most = most;
        placeBits = 32 - Integer.numberOfLeadingZeros(most);
        int size = Math.min(FIRST_SIZE, most);
        sockets = new Socket[size];
        numbers = new int[size];
        free = new int[size];
    }

    /** {@return a number for a new socket, or {@link #NONE} if there are as many as may be} */
    int reserve() {
        if (freeCount > 0) {
            return numbers[free[--freeCount]];
        }
        if (used == most) {
            return NONE;
        }
        if (used == sockets.length) {
            int size = Math.min(2 * used, most);
            sockets = Arrays.copyOf(sockets, size);
            numbers = Arrays.copyOf(numbers, size);
            free = Arrays.copyOf(free, size);
        }
        numbers[used] = used;
        return used++;
    }

    void put(Socket socket) {
        sockets[place(socket.number())] = socket;
    }

    /** Frees a number, whether there is a socket by now or not. */
    void remove(int number) {
        int place = place(number);
        sockets[place] = null;
        numbers[place] = (number + (1 << placeBits)) & Integer.MAX_VALUE;
        free[freeCount++] = place;
    }

    @Nullable Socket find(int number) {
        int place = place(number);
        Socket socket = place < used ? sockets[place] : null;
        return socket != null && socket.number() == number ? socket : null;
    }

    int place(int number) {
        return number & (1 << placeBits) - 1;
    }

    /** {@return the places that were ever used} */
    int places() {
        return used;
    }

    @Nullable Socket at(int place) {
        return sockets[place];
    }

    int size() {
        return used - freeCount;
    }
}
