package onload.ip.multicast;

/**
 * The sources of a group whose change is still to be reported, and how often: the retransmission state of RFC 3376,
 * section 5.1. Which side a source is on is not kept, since a report says what is so when it is sent.
 */
final class PendingSources {
    private final SourceSet sources = new SourceSet(0);
    private byte[] left = new byte[0];

    boolean isEmpty() {
        return sources.isEmpty();
    }

    SourceSet sources() {
        return sources;
    }

    void clear() {
        sources.clear();
    }

    /** Has a source reported so often from now on, whatever was left of an earlier change of it. */
    void add(long high, long low, int times) {
        int added = sources.add(high, low);
        int at = added >= 0 ? added : ~added;
        if (added >= 0) {
            makeRoom(at);
        }
        left[at] = (byte) times;
    }

    private void makeRoom(int at) {
        int size = sources.size();
        byte[] target = left;
        if (left.length < size) {
            target = new byte[2 * size];
            System.arraycopy(left, 0, target, 0, at);
        }
        System.arraycopy(left, at, target, at + 1, size - 1 - at);
        left = target;
    }

    /** A report was sent: whatever was in it, every source has one less to go. */
    void reported() {
        int kept = 0;
        for (int i = 0; i < sources.size(); i++) {
            if (left[i] > 1) {
                left[kept] = (byte) (left[i] - 1);
                sources.copy(i, kept++);
            }
        }
        sources.truncate(kept);
    }
}
