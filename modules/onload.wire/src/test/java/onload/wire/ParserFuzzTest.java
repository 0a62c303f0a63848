package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every {@link FuzzTarget} for Jazzer, which finds inputs by the code that they reach. In a build each
 * one runs on its seeds and on what is in {@code ParserFuzzTestInputs}; {@code docs/fuzzing.md} says how
 * to fuzz.
 */
class ParserFuzzTest {
    private static final String MAX_DURATION = "10m";

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void ethernet(byte[] input) {
        run("ethernet", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void arp(byte[] input) {
        run("arp", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void ipv4(byte[] input) {
        run("ipv4", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void ipv4Options(byte[] input) {
        run("ipv4Options", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void ipv6(byte[] input) {
        run("ipv6", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void ipv6ExtensionHeaders(byte[] input) {
        run("ipv6ExtensionHeaders", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void ipv6Options(byte[] input) {
        run("ipv6Options", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void ipv6RoutingHeader(byte[] input) {
        run("ipv6RoutingHeader", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void ipv6FragmentHeader(byte[] input) {
        run("ipv6FragmentHeader", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void icmpv4(byte[] input) {
        run("icmpv4", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void icmpv6(byte[] input) {
        run("icmpv6", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void ndp(byte[] input) {
        run("ndp", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void ndpOptions(byte[] input) {
        run("ndpOptions", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void igmp(byte[] input) {
        run("igmp", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void mld(byte[] input) {
        run("mld", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void udp(byte[] input) {
        run("udp", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void tcp(byte[] input) {
        run("tcp", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void frameText(byte[] input) {
        run("frameText", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void packetText(byte[] input) {
        run("packetText", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void macAddress(byte[] input) {
        run("macAddress", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void ipv4Address(byte[] input) {
        run("ipv4Address", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void ipAddress(byte[] input) {
        run("ipAddress", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void ipPrefix(byte[] input) {
        run("ipPrefix", input);
    }

    @ArgumentsSource(Seeds.class)
    @FuzzTest(maxDuration = MAX_DURATION)
    void cidrAddress(byte[] input) {
        run("cidrAddress", input);
    }

    private static void run(String target, byte[] input) {
        FuzzTarget.named(target).run(new UnsafeBuffer(input), 0);
    }

    @Test
    void everyTargetIsFuzzed() {
        Set<String> methods =
                Arrays.stream(ParserFuzzTest.class.getDeclaredMethods())
                        .filter(method -> method.isAnnotationPresent(FuzzTest.class))
                        .map(Method::getName)
                        .collect(Collectors.toSet());
        Set<String> targets =
                FuzzTarget.all().stream().map(FuzzTarget::toString).collect(Collectors.toSet());
        assertEquals(targets, methods);
    }

    /** The seeds of the target that has the name of the test method. */
    static final class Seeds implements ArgumentsProvider {
        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            String target = context.getRequiredTestMethod().getName();
            return FuzzTarget.named(target).seeds().stream().map(Arguments::of);
        }
    }
}
