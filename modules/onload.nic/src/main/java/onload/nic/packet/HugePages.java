package onload.nic.packet;

/** Whether packet memory is to be on huge pages, which spare the TLB. */
public enum HugePages {
    /** Where the machine has enough of them free; else ordinary pages. */
    IF_AVAILABLE,

    /** Or not at all: opening fails where they are not to be had. */
    REQUIRED,

    /** Ordinary pages. */
    NEVER
}
