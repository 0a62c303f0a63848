package onload.stress;

import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;

import java.util.List;

/** What Lincheck would have to draw for long until it met it. */
final class Scenarios {
    private Scenarios() {}

    /**
     * A thread takes the top of a stack; another takes it and what is below, and puts the packet that was the top back.
     *
     * @param model has {@code push(int)} and {@code pop()}
     */
    static ExecutionScenario topComesBack(Class<?> model) throws NoSuchMethodException {
        // Even, so it is written on the packet that was taken first.
        Actor pushTop = push(model, 4);
        return new ExecutionScenario(
                List.of(push(model, 1), push(model, 3), push(model, 5)),
                List.of(List.of(pop(model)), List.of(pop(model), pop(model), pushTop)),
                List.of(pop(model), pop(model), pop(model)),
                null);
    }

    /**
     * A thread puts two, another takes two.
     *
     * @param model has {@code put()} and {@code take()}
     */
    static ExecutionScenario readerAndWriter(Class<?> model) throws NoSuchMethodException {
        Actor put = new Actor(model.getMethod("put"), List.of());
        Actor take = new Actor(model.getMethod("take"), List.of());
        return new ExecutionScenario(
                List.of(), List.of(List.of(put, put), List.of(take, take)), List.of(), null);
    }

    /**
     * A thread has a lock and gives it up, while another leaves two items.
     *
     * @param model has {@code append(int)} and {@code read()}
     */
    static ExecutionScenario leavingToAnUnlock(Class<?> model) throws NoSuchMethodException {
        Actor read = new Actor(model.getMethod("read"), List.of());
        Actor one = new Actor(model.getMethod("append", int.class), List.of(1));
        Actor two = new Actor(model.getMethod("append", int.class), List.of(2));
        return new ExecutionScenario(
                List.of(), List.of(List.of(read), List.of(one, two)), List.of(read), null);
    }

    private static Actor push(Class<?> model, int number) throws NoSuchMethodException {
        return new Actor(model.getMethod("push", int.class), List.of(number));
    }

    private static Actor pop(Class<?> model) throws NoSuchMethodException {
        return new Actor(model.getMethod("pop"), List.of());
    }
}
