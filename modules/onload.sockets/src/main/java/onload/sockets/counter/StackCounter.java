package onload.sockets.counter;

/** What threads and the lock of a stack did. Counted by the holder of the lock. */
public enum StackCounter {
    /** A thread of the program polled, in a call that waits or finds nothing. */
    POLLS_BY_APPLICATION,

    /** A thread that sent much polled on the way. */
    POLLS_BY_SENDER,

    /** A thread that slept for the NIC on behalf of all, the helper or one of the program, polled. */
    POLLS_BY_SLEEPER,

    /** The thread of a dedicated stack polled and found something. */
    POLLS_BY_DEDICATED,

    /** A holder polled since another thread had asked it to. */
    POLLS_LEFT,

    /** Polls that found nothing. */
    POLLS_IDLE,

    /** A NIC woke a thread. */
    INTERRUPTS,

    /** A timer woke a thread that slept for the NIC. */
    TIMER_WAKE_UPS,

    /** The helper took over: nobody had polled for the bound, or the last who did asked it to. */
    COVERS,

    /** The wake-up of the NICs was armed. */
    PRIMES,

    /** It was not, since events had slipped in. */
    PRIMES_TOO_LATE,

    /** Threads that slept were woken. */
    WAKE_UPS,

    /** A thread waited for the lock. */
    LOCK_CONTENTIONS,

    /** A thread slept for the lock. */
    LOCK_SLEEPS,

    /** Sends were left for the holder. */
    DEFERRALS,

    /** A send was not left, since the holder had been left enough, and waited. */
    DEFERRALS_REFUSED,

    /** A send that was left failed, such as since its connection was reset meanwhile. */
    DEFERRALS_DROPPED,

    /** There was no packet that could be had without the lock. */
    UNLOCKED_PACKETS_MISSING,

    /** Packets that users had read came home. */
    PACKETS_REAPED,

    /** Sockets that were opened, accepted ones among them. */
    SOCKETS_OPENED,

    /** Sockets that were closed. */
    SOCKETS_CLOSED,

    /** A socket was refused, since there are as many as may be. */
    SOCKETS_REFUSED,

    /** Connections that were established from here. */
    CONNECTS,

    /** Connections that could not be established from here. */
    CONNECTS_FAILED,

    /** Connections that were accepted. */
    ACCEPTS,

    /** Times that packets became few, or fewer. */
    PRESSURE_CHANGES,

    /** Faults of the stack itself, which were handed to its error handler. */
    FAULTS
}
