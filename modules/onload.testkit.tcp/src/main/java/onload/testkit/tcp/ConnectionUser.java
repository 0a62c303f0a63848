package onload.testkit.tcp;

/** What uses a connection in a simulation, attached to it. */
public abstract class ConnectionUser {
    /** Whether it stands in the list of those that have something to do. */
    boolean isReady;

    /** Makes one. */
    protected ConnectionUser() {}

    /** Something may have happened: does what can be done now. */
    protected abstract void act(long nowNs);
}
