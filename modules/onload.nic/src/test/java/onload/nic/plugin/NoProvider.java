package onload.nic.plugin;

/** A class that is no provider and is listed as one. */
public class NoProvider {
    /** For {@code ServiceLoader}. */
    public NoProvider() {}
}
