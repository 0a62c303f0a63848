package onload.nic.spi;

/** All frames for the NIC's address, broadcast and multicast that no other filter claims. */
public record EverythingFilter() implements Filter {}
