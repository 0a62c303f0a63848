package onload.sockets.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpOptions;
import onload.nic.packet.HugePages;
import onload.nic.packet.PoolOptions;
import onload.tcp.TcpSetting;
import onload.tcp.TcpSettings;
import onload.udp.UdpSettings;

import org.junit.jupiter.api.Test;

class SettingsOfLayersTest {
    private static StackOptions with(String... pairs) {
        StackOptions options = StackOptions.DEFAULT;
        for (int i = 0; i < pairs.length; i += 2) {
            options = options.with(pairs[i], pairs[i + 1]);
        }
        return options;
    }

    @Test
    void defaultsAreThoseOfTheLayers() {
        StackOptions options = StackOptions.DEFAULT;
        for (TcpSetting setting : TcpSetting.values()) {
            assertEquals(TcpSettings.DEFAULT.get(setting), options.tcp().get(setting));
        }
        assertEquals("", options.tcp().toString());
        assertEquals(UdpSettings.DEFAULT, options.udp());
        assertEquals(IpOptions.DEFAULT, options.ip());
        assertEquals(PoolOptions.of(32768), options.pool());
    }

    @Test
    void everyOptionOfTcpReachesItsSettingAndNoOther() {
        for (StackOption option : StackOption.values()) {
            TcpSetting setting = option.tcpSetting();
            if (setting != null) {
                long other = setting.defaultValue() == setting.least() ? 1 : -1;
                String text = ValueText.write(option, setting.defaultValue() + other);
                TcpSettings settings = with(option.key(), text).tcp();
                assertEquals(setting.defaultValue() + other, settings.get(setting), option.key());
                assertFalse(settings.toString().contains(" "), settings.toString());
            }
        }
    }

    @Test
    void aBufferMayGrowAtLeastToWhatItHasAtFirst() {
        TcpSettings settings = with("EF_TCP_SNDBUF", "8388608", "tcp.receive-buffer", "16m").tcp();
        assertEquals(8 << 20, settings.get(TcpSetting.MAX_SEND_BUFFER_BYTES));
        assertEquals(16 << 20, settings.get(TcpSetting.MAX_RECEIVE_BUFFER_BYTES));
    }

    @Test
    void optionsThatContradictEachOtherAreRefusedByNameAndOrigin() {
        assertEquals(
                "tcp.first-port=50000 (program) is more than tcp.last-port=40000 (program);"
                        + " expected at most that",
                Refusals.of(() -> with("tcp.first-port", "50000", "tcp.last-port", "40000").tcp()));
        Refusals.of(() -> with("tcp.min-rto", "10s", "tcp.max-rto", "9s").tcp());
        Refusals.of(() -> with("tcp.initial-rto", "10s", "tcp.max-rto", "9s").tcp());
        Refusals.of(() -> with("udp.first-port", "61000").udp());
        Refusals.of(() -> with("packets", "100", "receive-packets", "101").pool());
        Refusals.of(() -> with("packets", "100", "send-packets", "101").pool());
        with("udp.first-port", "60999").udp();
        with("packets", "100", "receive-packets", "100", "send-packets", "100").pool();
    }

    @Test
    void optionsOfUdpReachItsSettings() {
        UdpSettings settings =
                with(
                                "udp.sockets", "5",
                                "udp.receive-queue", "64k",
                                "udp.queued-packets", "77",
                                "udp.first-port", "1000",
                                "udp.last-port", "2000")
                        .udp();
        assertEquals(new UdpSettings(5, 65536, 77, 1000, 2000), settings);
    }

    @Test
    void thePoolHasThreeQuartersForEitherDirectionUnlessToldOtherwise() {
        PoolOptions pool = with("packets", "1000").pool();
        assertEquals(1000, pool.buffers());
        assertEquals(750, pool.receiveLimit());
        assertEquals(750, pool.sendLimit());
        pool = with("packets", "1000", "EF_MAX_RX_PACKETS", "10", "send-packets", "20").pool();
        assertEquals(10, pool.receiveLimit());
        assertEquals(20, pool.sendLimit());
    }

    @Test
    void thePoolHasTheLengthAndThePagesThatWereSaid() {
        assertEquals(4096, with("packet-length", "4k").pool().bufferLength());
        assertEquals(HugePages.NEVER, with("huge-pages", "never").pool().hugePages());
        assertEquals(HugePages.IF_AVAILABLE, with("huge-pages", "1").pool().hugePages());
        assertEquals(HugePages.REQUIRED, with("EF_USE_HUGE_PAGES", "2").pool().hugePages());
    }

    @Test
    void theSmallestAndTheLargestPoolHaveOptions() {
        assertEquals(1, with("packets", "1").pool().buffers());
        String most = Long.toString(StackOption.PACKETS.most());
        assertEquals(StackOption.PACKETS.most(), with("packets", most).pool().buffers());
    }

    @Test
    void optionsOfIpReachTheLayer() {
        IpOptions options = with("ipv6", "off", "duplicate-address-detection", "3").ip();
        assertFalse(options.ipv6());
        assertEquals(3, options.addresses().duplicateAddressDetectTransmits());
        assertTrue(StackOptions.DEFAULT.ip().ipv6());
    }
}
