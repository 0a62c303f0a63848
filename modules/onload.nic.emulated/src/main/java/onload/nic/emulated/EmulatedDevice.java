package onload.nic.emulated;

/** What a cable can be plugged into. */
public sealed interface EmulatedDevice permits EmulatedNic, EmulatedSwitch {
    /** {@return the network that it belongs to} */
    EmulatedNetwork network();
}
