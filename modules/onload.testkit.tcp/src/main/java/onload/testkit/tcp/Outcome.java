package onload.testkit.tcp;

/**
 * What came of a simulation in which every invariant held.
 *
 * @param connections that were opened and closed
 * @param payloadBytes that their users sent
 * @param wirePayloadBytes bytes of data in all segments, those that were sent again included
 * @param segments sent by all hosts
 * @param durationNs virtual time
 * @param events times at which something happened
 * @param inspections how often the state of a connection was looked at
 */
public record Outcome(
        long connections,
        long payloadBytes,
        long wirePayloadBytes,
        long segments,
        long durationNs,
        long events,
        long inspections) {}
