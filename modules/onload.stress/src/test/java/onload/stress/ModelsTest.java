package onload.stress;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import onload.nic.packet.PacketBuffers;
import onload.stress.model.InboxModel;
import onload.stress.model.LockModel;
import onload.stress.model.MailboxModel;
import onload.stress.model.PacketStackModel;
import onload.stress.model.ReaderModel;

import org.agrona.concurrent.UnsafeBuffer;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelsTest {
    private final Form form = Form.asked();

    static ModelCheckingOptions modelChecking() {
        // The links of packets are looked at one by one, but not how memory is accessed.
        return new ModelCheckingOptions()
                .addGuarantee(
                        forClasses(PacketBuffers.class.getName()).allMethods().treatAsAtomic())
                .addGuarantee(forClasses("onload.stress.model.Cards").allMethods().treatAsAtomic())
                .addGuarantee(forClasses(UnsafeBuffer.class.getName()).allMethods().ignore());
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                LockModel.class,
                PacketStackModel.class,
                MailboxModel.class,
                InboxModel.class
            })
    void everyInterleavingOfTwoThreadsIsSomeOrder(Class<?> model) {
        modelChecking()
                .threads(2)
                .actorsPerThread(3)
                .iterations(form.of(4, 100))
                .invocationsPerIteration(form.of(250, 3_000))
                .check(model);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                LockModel.class,
                PacketStackModel.class,
                MailboxModel.class,
                InboxModel.class
            })
    void everyInterleavingOfThreeThreadsIsSomeOrder(Class<?> model) {
        modelChecking()
                .threads(3)
                .actorsPerThread(2)
                .iterations(form.of(4, 100))
                .invocationsPerIteration(form.of(250, 3_000))
                .check(model);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                LockModel.class,
                PacketStackModel.class,
                MailboxModel.class,
                InboxModel.class
            })
    void whatTheMachineMakesOfItIsSomeOrder(Class<?> model) {
        new StressOptions()
                .threads(2)
                .actorsPerThread(3)
                .iterations(form.of(4, 100))
                .invocationsPerIteration(form.of(500, 10_000))
                .check(model);
    }

    @Test
    void aTopThatComesBackIsNotTakenForTheOldOne() throws Exception {
        modelChecking()
                .addCustomScenario(Scenarios.topComesBack(PacketStackModel.class))
                .iterations(0)
                .invocationsPerIteration(form.of(1000, 50_000))
                .check(PacketStackModel.class);
    }

    @Test
    void whatIsLeftAtTheLastMomentIsDone() throws Exception {
        modelChecking()
                .addCustomScenario(Scenarios.leavingToAnUnlock(LockModel.class))
                .iterations(0)
                .invocationsPerIteration(form.of(3000, 50_000))
                .check(LockModel.class);
    }

    @Test
    void aReaderWhoSleepsWhenThereIsNothingMissesNothing() throws Exception {
        readerAndWriter(ReaderModel.class, form.of(1000, 50_000)).check(ReaderModel.class);
    }

    /** A reader and a writer of two; that they come to an end is all that is expected. */
    static ModelCheckingOptions readerAndWriter(Class<?> model, int invocations)
            throws NoSuchMethodException {
        return modelChecking()
                .sequentialSpecification(ReaderModel.InOrder.class)
                .addCustomScenario(Scenarios.readerAndWriter(model))
                .iterations(0)
                .invocationsPerIteration(invocations);
    }
}
