package onload.testkit.tcp;

/**
 * No storm of retransmissions: what is sent is bounded by a multiple of the payload that grows with what the links do
 * to it, and by some segments for each connection.
 */
final class Economy {
    private static final double USUAL = 3;
    private static final double FOR_LOSS = 20;
    private static final double FOR_DISORDER = 10;
    private static final int CONNECTION_BYTES = 20_000;

    private Economy() {}

    static void check(Scenario scenario, Outcome outcome) {
        double loss =
                scenario.probability(Parameter.LOSS_PPM)
                        + scenario.probability(Parameter.CORRUPT_PPM)
                        + 5 * scenario.probability(Parameter.BURST_PPM);
        double disorder =
                scenario.probability(Parameter.REORDER_PPM)
                        + scenario.probability(Parameter.DUPLICATE_PPM)
                        + scenario.get(Parameter.UNORDERED);
        double factor = USUAL + FOR_LOSS * loss + FOR_DISORDER * disorder;
        double most =
                outcome.payloadBytes() * factor + outcome.connections() * (double) CONNECTION_BYTES;
        if (outcome.wirePayloadBytes() > most) {
            throw new Violation(
                    "there is no storm of retransmissions",
                    "%d bytes were sent for a payload of %d"
                            .formatted(outcome.wirePayloadBytes(), outcome.payloadBytes()),
                    outcome.durationNs());
        }
    }
}
