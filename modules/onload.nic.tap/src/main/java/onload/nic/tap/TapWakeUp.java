package onload.nic.tap;

import onload.linux.event.ArmedWait;
import onload.nic.spi.WakeUp;

/** Waits on a TAP device. */
record TapWakeUp(ArmedWait armed) implements WakeUp {
    @Override
    public int fileDescriptor() {
        return armed.fileDescriptor();
    }

    @Override
    public boolean await(long timeoutNs) throws InterruptedException {
        return armed.await(timeoutNs);
    }

    @Override
    public void signal() {
        armed.signal();
    }
}
