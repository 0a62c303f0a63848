package onload.udp;

import onload.nic.packet.PacketBuffers;

/**
 * The links of all receive queues: places in one arena. Packets do not link to each other, since one for a group stands
 * in several queues at a time.
 */
final class ReceiveQueues {
    static final int NONE = -1;

    private final int[] packets;
    private final int[] nexts;
    private int free;

    ReceiveQueues(int places) {
        packets = new int[places];
        nexts = new int[places];
        for (int i = 0; i < places; i++) {
            nexts[i] = i + 1 < places ? i + 1 : NONE;
            packets[i] = PacketBuffers.NONE;
        }
    }

    boolean isFull() {
        return free == NONE;
    }

    void add(UdpSocket socket, int packet) {
        int place = free;
        free = nexts[place];
        packets[place] = packet;
        nexts[place] = NONE;
        if (socket.queueTail == NONE) {
            socket.queueHead = place;
        } else {
            nexts[socket.queueTail] = place;
        }
        socket.queueTail = place;
    }

    int first(UdpSocket socket) {
        return packets[socket.queueHead];
    }

    int remove(UdpSocket socket) {
        int place = socket.queueHead;
        socket.queueHead = nexts[place];
        if (socket.queueHead == NONE) {
            socket.queueTail = NONE;
        }
        nexts[place] = free;
        free = place;
        return packets[place];
    }
}
