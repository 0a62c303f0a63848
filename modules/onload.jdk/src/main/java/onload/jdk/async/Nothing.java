package onload.jdk.async;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A future of an operation that comes to nothing but being done. */
@SuppressWarnings("NullAway") // There is no other Void.
record Nothing(Operation<Boolean> operation) implements Future<Void> {
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
    public Void get() throws InterruptedException, ExecutionException {
        operation.get();
        return null;
    }

    @Override
    public Void get(long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        operation.get(timeout, unit);
        return null;
    }
}
