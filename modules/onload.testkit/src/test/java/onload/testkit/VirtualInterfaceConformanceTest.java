package onload.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import onload.testkit.StandInNic.Fault;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.platform.testkit.engine.EngineTestKit;

/** A suite that cannot fail proves nothing: each fault of a NIC is found by it. */
class VirtualInterfaceConformanceTest {
    private static Fault current = Fault.NONE;

    /** Not found by itself, since its name does not end in Test. */
    static final class FaultyNicCases extends VirtualInterfaceConformance {
        @Override
        protected NicFixture fixture() {
            return new StandInNic(current, StandInNic.USUAL_MTU);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, mode = Mode.EXCLUDE, names = "NONE")
    void aNicWithThisFaultFails(Fault fault) {
        current = fault;
        long failed =
                EngineTestKit.engine("junit-jupiter")
                        .selectors(selectClass(FaultyNicCases.class))
                        .execute()
                        .testEvents()
                        .failed()
                        .count();
        assertTrue(failed > 0, fault + " was not found");
    }
}
