package onload.nic.spi;

/** Something that a NIC does for the stack, or does not. */
public enum NicFeature {
    /** It verifies received checksums and says so by {@code PacketBuffers.CHECKSUM_VERIFIED}. */
    RECEIVE_CHECKSUM,

    /** It fills transport checksums in on {@code PacketBuffers.CHECKSUM_NEEDED}. */
    TRANSMIT_CHECKSUM,

    /** It spreads a long received frame over several buffers. */
    RECEIVE_SCATTER,

    /** It gathers a transmitted frame from several buffers. */
    TRANSMIT_GATHER,

    /** It steers flows by {@link FlowFilter}. */
    FLOW_FILTERS,

    /** It spreads flows over its queues by a hash and hands the hash up. */
    RECEIVE_HASH,

    /** It stamps frames with the time of their arrival. */
    RECEIVE_TIMESTAMPS,

    /** Its wake-up has a file descriptor. */
    FILE_DESCRIPTOR,

    /** The kernel keeps using the interface beside the stack. */
    SHARED_WITH_KERNEL
}
