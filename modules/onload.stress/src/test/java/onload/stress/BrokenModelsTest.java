package onload.stress;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.stress.broken.CarelessReaderModel;
import onload.stress.broken.ForgetfulLockModel;
import onload.stress.broken.UncountedStackModel;

import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

class BrokenModelsTest {
    private static final String INVALID = "= Invalid execution results =";

    private static void expectFailure(String words, Options<?, ?> options, Class<?> model) {
        LincheckAssertionError failure =
                assertThrows(LincheckAssertionError.class, () -> options.check(model));
        assertTrue(String.valueOf(failure.getMessage()).contains(words), failure::getMessage);
    }

    @Test
    void anItemThatIsForgottenIsFoundByModelChecking() {
        expectFailure(
                INVALID,
                ModelsTest.modelChecking()
                        .threads(2)
                        .actorsPerThread(2)
                        .iterations(50)
                        .invocationsPerIteration(1000),
                ForgetfulLockModel.class);
    }

    @Test
    void anItemThatIsForgottenIsFoundByStress() {
        expectFailure(
                INVALID,
                new StressOptions()
                        .threads(2)
                        .actorsPerThread(3)
                        .iterations(100)
                        .invocationsPerIteration(10_000)
                        .minimizeFailedScenario(false),
                ForgetfulLockModel.class);
    }

    @Test
    void aStackThatDoesNotCountItsChangesIsFoundByModelChecking() throws Exception {
        expectFailure(
                INVALID,
                ModelsTest.modelChecking()
                        .addCustomScenario(Scenarios.topComesBack(UncountedStackModel.class))
                        .iterations(0)
                        .invocationsPerIteration(1000),
                UncountedStackModel.class);
    }

    @Test
    void aReaderWhoSleepsForEverIsFound() throws Exception {
        expectFailure(
                "deadlock",
                ModelsTest.readerAndWriter(CarelessReaderModel.class, 1000),
                CarelessReaderModel.class);
    }
}
