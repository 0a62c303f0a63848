package onload.nic.plugin;

/** A provider whose constructor fails. */
public class ThrowingProvider extends SoundProvider {
    /** For {@code ServiceLoader}. */
    public ThrowingProvider() {
        throw new IllegalStateException("no library");
    }
}
