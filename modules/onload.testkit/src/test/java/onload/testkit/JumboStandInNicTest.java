package onload.testkit;

/** A NIC that scatters and gathers frames of 9000 bytes passes the suite. */
class JumboStandInNicTest extends VirtualInterfaceConformance {
    @Override
    protected NicFixture fixture() {
        return new StandInNic(StandInNic.Fault.NONE, StandInNic.JUMBO_MTU);
    }
}
