package onload.testkit;

/** The simplest NIC passes the suite. */
class StandInNicTest extends VirtualInterfaceConformance {
    @Override
    protected NicFixture fixture() {
        return new StandInNic(StandInNic.Fault.NONE, StandInNic.USUAL_MTU);
    }
}
