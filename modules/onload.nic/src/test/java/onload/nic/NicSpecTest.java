package onload.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.spi.NicOptions;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

class NicSpecTest {
    private static final String FORM =
            "; expected PROVIDER[:DEVICE][/QUEUE][,NAME=VALUE]…, such as afxdp:eth0/3";

    @Test
    void aNameAloneIsAProviderWithoutDeviceOnQueue0() {
        assertEquals(new NicSpec("emulated", NicOptions.device("")), NicSpec.parse("emulated"));
    }

    @Test
    void everyPartIsRead() {
        assertEquals(
                new NicSpec(
                        "afxdp",
                        new NicOptions("eth0", 3, Map.of("mode", "zero-copy", "ring", "2048"))),
                NicSpec.parse("afxdp:eth0/3,ring=2048,mode=zero-copy"));
    }

    @Test
    void aQueueNeedsNoDevice() {
        assertEquals(
                new NicSpec("efvi", new NicOptions("", 9999, Map.of())),
                NicSpec.parse("efvi/9999"));
    }

    @Test
    void aDeviceMayHaveColonsAndAValueEqualsSignsSlashesAndNothing() {
        NicSpec spec = NicSpec.parse("efvi:0000:3b:00.0/1,path=/a=b,empty=");
        assertEquals("0000:3b:00.0", spec.options().device());
        assertEquals(Map.of("path", "/a=b", "empty", ""), spec.options().settings());
    }

    @Test
    void whatCannotBeReadIsRefusedWithTheReason() {
        String provider =
                " cannot be the name of a provider, which has lower-case letters, digits and"
                        + " hyphens";
        assertRefused("", "\"\"" + provider);
        assertRefused(":eth0", "\"\"" + provider);
        assertRefused("/1", "\"\"" + provider);
        assertRefused(",mtu=1", "\"\"" + provider);
        assertRefused("TAP:tap0", "\"TAP\"" + provider);
        assertRefused(" tap", "\" tap\"" + provider);
        assertRefused("täp", "\"täp\"" + provider);
        assertRefused("tap=1", "\"tap=1\"" + provider);
        assertRefused("tap:", "after the colon there is no device");
        assertRefused("tap:/1", "after the colon there is no device");
        assertRefused(
                "tap:a b", "\"a b\" cannot be a device, which has no white space, comma or slash");
        assertRefused("tap:x/", "\"\" is not a queue number from 0 to 9999");
        assertRefused("tap:x/-1", "\"-1\" is not a queue number from 0 to 9999");
        assertRefused("tap:x/10000", "\"10000\" is not a queue number from 0 to 9999");
        assertRefused("tap:x/1/2", "\"1/2\" is not a queue number from 0 to 9999");
        assertRefused("tap:x/\u0663", "\"\u0663\" is not a queue number from 0 to 9999");
        assertRefused("tap,", "\"\" is not NAME=VALUE");
        assertRefused("tap,mtu", "\"mtu\" is not NAME=VALUE");
        assertRefused("tap,=1", "\"=1\" is not NAME=VALUE");
        assertRefused("tap,mtu=1,", "\"\" is not NAME=VALUE");
        assertRefused("tap,mtu=1,mtu=2", "mtu is set twice");
        assertRefused("tap, mtu=1", "\" mtu\" cannot be the name of a setting");
        assertRefused(
                "tap,mtu=1 2",
                "\"1 2\" cannot be the value of mtu, since it has white space or a comma");
    }

    private static void assertRefused(String text, String why) {
        assertEquals(
                "\"" + text + "\" is not a NIC: " + why + FORM,
                assertThrows(IllegalArgumentException.class, () -> NicSpec.parse(text))
                        .getMessage());
    }

    @Test
    void whatCouldNotBeWrittenCannotBeMadeEither() {
        assertThrows(
                IllegalArgumentException.class, () -> new NicSpec("Tap", NicOptions.device("")));
        for (String device : new String[] {"a/b", "a,b", "a b", "a\n"}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new NicSpec("tap", NicOptions.device(device)));
        }
        NicOptions options = NicOptions.device("x");
        assertThrows(
                IllegalArgumentException.class,
                () -> new NicSpec("tap", options.withQueue(10_000)));
        assertThrows(
                IllegalArgumentException.class, () -> new NicSpec("tap", options.with("a=b", "c")));
        assertThrows(
                IllegalArgumentException.class, () -> new NicSpec("tap", options.with("a", "b,c")));
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        Property.forAll(
                500,
                random -> {
                    Map<String, String> settings = new HashMap<>();
                    for (int i = random.between(0, 4); i > 0; i--) {
                        settings.put(
                                word(random, "aZ09._-", 1, 6), word(random, "aZ09._-=:/%+é", 0, 8));
                    }
                    NicSpec spec =
                            new NicSpec(
                                    word(random, "az09-", 1, 9),
                                    new NicOptions(
                                            word(random, "aZ09._-=:%é", 0, 9),
                                            random.between(0, 9999),
                                            settings));
                    assertEquals(spec, NicSpec.parse(spec.toString()), spec.toString());
                });
    }

    @Test
    void noTextIsReadAsSomethingThatIsWrittenOtherwiseAndNoneFailsInAnotherWay() {
        Property.forAll(
                3000,
                random -> {
                    String text =
                            new String(
                                    random.damaged(
                                            "afxdp:eth0/3,mtu=9000,delay=5us"
                                                    .getBytes(StandardCharsets.ISO_8859_1)),
                                    StandardCharsets.ISO_8859_1);
                    try {
                        NicSpec spec = NicSpec.parse(text);
                        assertEquals(spec, NicSpec.parse(spec.toString()));
                    } catch (IllegalArgumentException e) {
                        String message = String.valueOf(e.getMessage());
                        assertTrue(message.startsWith("\"" + text + "\" is not a NIC: "), message);
                    }
                });
    }

    private static String word(Randomness random, String letters, int shortest, int longest) {
        StringBuilder word = new StringBuilder();
        for (int i = random.between(shortest, longest); i > 0; i--) {
            word.append(letters.charAt(random.between(0, letters.length() - 1)));
        }
        return word.toString();
    }
}
