package onload.stress.broken;

import onload.stress.model.ReaderModel;

/** Its fault: the reader looks before it says that it sleeps, so a writer in between does not wake it. */
public class CarelessReaderModel extends ReaderModel {
    @Override
    protected void await() {
        if (!box.hasPackets()) {
            isAsleep = true;
            sleep();
        }
        isAsleep = false;
    }
}
