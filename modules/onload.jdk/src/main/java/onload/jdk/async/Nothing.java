package onload.jdk.async;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A future of an operation that comes to nothing but being done. */
record Nothing(Operation<Boolean> operation) implements Future<@Nullable Void> {
    @Override
    public boolean cancel(boolean isToClose) {
        return operation.cancel(isToClose);
    }

    @Override
    public boolean isCancelled() {
        return operation.isCancelled();
    }

    @Override
    public boolean isDone() {
        return operation.isDone();
    }

    @Override
    public @Nullable Void get() throws InterruptedException, ExecutionException {
        operation.get();
        return null;
    }

    @Override
    public @Nullable Void get(long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        operation.get(timeout, unit);
        return null;
    }
}
