package onload.nic.plugin;

/** A provider of another name. */
public class OtherProvider extends SoundProvider {
    /** For {@code ServiceLoader}. */
    public OtherProvider() {}

    @Override
    public String name() {
        return "other";
    }
}
