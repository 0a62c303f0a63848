package onload.demo;

import java.io.IOException;

/** Asks a server one question after the other. For one thread. */
interface Client extends AutoCloseable {
    /** {@return whether the answer was right} */
    boolean ask() throws IOException, InterruptedException;

    @Override
    void close();
}
