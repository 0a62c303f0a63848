package onload.nic.spi;

/** Says which frames belong to an interface: a flow, everything for a local port, or all that is left over. */
public sealed interface Filter permits FlowFilter, LocalFilter, EverythingFilter {}
