package onload.nic.plugin;

/** A second provider of the same name. */
public class TwinProvider extends SoundProvider {
    /** For {@code ServiceLoader}. */
    public TwinProvider() {}
}
