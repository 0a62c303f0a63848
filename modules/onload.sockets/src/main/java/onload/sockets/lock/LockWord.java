package onload.sockets.lock;

/** Keeps the fields of a superclass, such as an object's header, off the cache line of the word. */
@SuppressWarnings("unused")
class LineBefore {
    private long p0;
    private long p1;
    private long p2;
    private long p3;
    private long p4;
    private long p5;
    private long p6;
    private long p7;
    private long p8;
    private long p9;
    private long p10;
    private long p11;
    private long p12;
    private long p13;
    private long p14;
}

/**
 * The word of a lock, alone on its cache line: HotSpot lays the fields of a superclass out before those of its
 * subclass.
 */
class LockWord extends LineBefore {
    /** Written by compare-and-set only, with volatile order; see {@link StackLock} for the bits. */
    volatile long word;
}
