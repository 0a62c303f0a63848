package onload.cli.measure;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a figure was measured on. */
final class Surroundings {
    private Surroundings() {}

    static Map<String, Object> map() {
        Map<String, Object> on = new LinkedHashMap<>();
        on.put("java", System.getProperty("java.vm.version", ""));
        on.put(
                "os",
                System.getProperty("os.name", "") + " " + System.getProperty("os.version", ""));
        on.put("arch", System.getProperty("os.arch", ""));
        on.put("processors", Runtime.getRuntime().availableProcessors());
        return on;
    }
}
