package onload.sockets.progress;

/** Waiting for a thread to end, whether the waiting thread is interrupted or not. */
final class Joining {
    private Joining() {}

    static void join(Thread ending) {
        boolean isInterrupted = false;
        while (ending.isAlive()) {
            try {
                ending.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
