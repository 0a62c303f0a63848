package onload.sockets.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.TcpSetting;

import org.junit.jupiter.api.Test;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

class StackOptionTest {
    @Test
    void everySettingOfTcpIsOneOptionWithTheSameDefaultAndRange() {
        Map<TcpSetting, StackOption> found = new EnumMap<>(TcpSetting.class);
        for (StackOption option : StackOption.values()) {
            TcpSetting setting = option.tcpSetting();
            if (setting != null) {
                assertEquals(null, found.put(setting, option), setting.name());
                assertEquals(setting.defaultValue(), option.defaultValue(), option.key());
                assertEquals(setting.least(), option.least(), option.key());
                assertEquals(setting.most(), option.most(), option.key());
                assertEquals(OptionGroup.TCP, option.group(), option.key());
            }
        }
        assertEquals(Set.of(TcpSetting.values()), found.keySet());
    }

    @Test
    void theNameOfASettingOfTcpSaysTheTypeOfItsOption() {
        assertEquals("tcp.delayed-ack", StackOption.TCP_DELAYED_ACK.key());
        assertEquals(OptionType.DURATION, StackOption.TCP_DELAYED_ACK.type());
        assertEquals("tcp.send-buffer", StackOption.TCP_SEND_BUFFER.key());
        assertEquals(OptionType.BYTES, StackOption.TCP_SEND_BUFFER.type());
        assertEquals(OptionType.SWITCH, StackOption.TCP_SYN_COOKIES.type());
        assertEquals(OptionType.NUMBER, StackOption.TCP_RETRIES.type());
    }

    @Test
    void namesAreWordsAndEachIsThereOnce() {
        Set<String> names = new HashSet<>();
        for (StackOption option : StackOption.values()) {
            assertTrue(option.key().matches("([a-z0-9]+\\.)?[a-z0-9]+(-[a-z0-9]+)*"), option.key());
            assertTrue(names.add(option.key()), option.key());
            assertTrue(names.add(option.variable()), option.variable());
            assertEquals(
                    option.name(), option.key().toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"));
            assertEquals("ONLOAD_" + option.name(), option.variable());
        }
    }

    @Test
    void aNameOfOnloadMeansOneOption() {
        Set<String> names = new HashSet<>();
        for (StackOption option : StackOption.values()) {
            for (OnloadVariable variable : option.onload()) {
                assertTrue(variable.name().matches("EF_[A-Z_]+"), variable.name());
                assertTrue(names.add(variable.name()), variable.name());
            }
        }
        assertTrue(names.contains("EF_SPIN_USEC") && names.contains("EF_POLL_USEC"));
        assertFalse(names.contains("EF_IRQ_CORE"));
    }

    @Test
    void theUnitOfOnloadFitsTheTypeOfTheOption() {
        for (StackOption option : StackOption.values()) {
            for (OnloadVariable variable : option.onload()) {
                OptionType type =
                        switch (variable.unit()) {
                            case COUNT -> OptionType.NUMBER;
                            case SWITCH -> OptionType.SWITCH;
                            case CHOICE -> OptionType.WORD;
                            case BYTES, BYTES_OR_DEFAULT -> OptionType.BYTES;
                            case MICROSECONDS,
                                    MICROSECONDS_OR_NEVER,
                                    MILLISECONDS,
                                    SECONDS,
                                    SEGMENT_LIFETIME ->
                                    OptionType.DURATION;
                            case TEXT -> OptionType.TEXT;
                        };
                assertEquals(type, option.type(), variable.name());
            }
        }
    }

    @Test
    void everyDefaultIsWithinItsRangeAndNumbersFitAnInt() {
        for (StackOption option : StackOption.values()) {
            assertTrue(option.defaultValue() >= option.least(), option.key());
            assertTrue(option.defaultValue() <= option.most(), option.key());
            if (option.type() == OptionType.NUMBER || option.type() == OptionType.BYTES) {
                assertTrue(option.most() <= Integer.MAX_VALUE, option.key());
                assertTrue(option.least() >= Integer.MIN_VALUE, option.key());
            }
        }
    }

    @Test
    void whatItMeansIsOneShortLine() {
        for (StackOption option : StackOption.values()) {
            assertTrue(option.doc().length() <= 110, option.key());
            assertTrue(option.doc().matches("[^\\n|]+[^.|]"), option.key());
        }
    }

    @Test
    void defaultsAreThoseOfOnloadWhereItHasThem() {
        assertEquals("0", StackOption.SPIN.defaultText());
        assertEquals("500us", StackOption.HELPER_BOUND.defaultText());
        assertEquals("64", StackOption.POLL_EVENTS.defaultText());
        assertEquals("32", StackOption.DEFER_LIMIT.defaultText());
        assertEquals("1500", StackOption.SEND_UNLOCKED_THRESHOLD.defaultText());
        assertEquals("32768", StackOption.PACKETS.defaultText());
        assertEquals("if-available", StackOption.HUGE_PAGES.defaultText());
        assertEquals("2k", StackOption.PACKET_LENGTH.defaultText());
        assertEquals("shared", StackOption.DRIVE.defaultText());
        assertEquals("on", StackOption.DUMP.defaultText());
        assertEquals("", StackOption.NAME.defaultText());
    }

    @Test
    void theUnitIsThatOfTheNumbers() {
        assertEquals("ns", StackOption.SPIN.unit());
        assertEquals("bytes", StackOption.PACKET_LENGTH.unit());
        assertEquals("", StackOption.PACKETS.unit());
    }
}
