package onload.nic.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.spi.EverythingFilter;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;
import onload.testkit.base.AllocatedBytes;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class CapturingInterfaceTest {
    private static final int ROUNDS = 2000;

    @TempDir Path folder;

    @Test
    void everyMethodIsPassedOnWithItsArgumentsAndItsAnswer() throws Exception {
        try (CaptureBench bench = new CaptureBench()) {
            List<String> calls = new ArrayList<>();
            Map<String, Object> answers = new HashMap<>();
            VirtualInterface recorder =
                    (VirtualInterface)
                            Proxy.newProxyInstance(
                                    VirtualInterface.class.getClassLoader(),
                                    new Class<?>[] {VirtualInterface.class},
                                    (proxy, method, arguments) -> {
                                        calls.add(method + " " + List.of(array(arguments)));
                                        @Nullable Object answer = answer(bench, method);
                                        answers.put(method.getName(), answer);
                                        return answer;
                                    });
            CapturingInterface nic = new CapturingInterface(recorder, "x");
            int methods = 0;
            for (Method method : VirtualInterface.class.getMethods()) {
                if (Modifier.isStatic(method.getModifiers())) {
                    continue;
                }
                calls.clear();
                Object[] arguments = arguments(bench, method);
                Object answer = method.invoke(nic, arguments);
                assertEquals(List.of(method + " " + List.of(array(arguments))), calls);
                assertEquals(answers.get(method.getName()), answer, method.getName());
                methods++;
            }
            assertTrue(methods >= 14, "methods of VirtualInterface: " + methods);
        }
    }

    private static Object[] array(Object @Nullable [] arguments) {
        return arguments == null ? new Object[0] : arguments;
    }

    private static @Nullable Object answer(CaptureBench bench, Method method) {
        return switch (method.getName()) {
            case "capabilities" -> bench.stub.capabilities();
            case "counters" -> bench.stub.counters();
            case "pool" -> bench.pool;
            case "wakeUp" -> bench.stub.wakeUp();
            case "macAddress" -> 0x0123_4567_89ABL;
            default ->
                    method.getReturnType() == int.class
                            ? (Object) 42
                            : method.getReturnType() == boolean.class ? (Object) true : null;
        };
    }

    private static Object[] arguments(CaptureBench bench, Method method) {
        Object[] arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            Class<?> type = method.getParameterTypes()[i];
            if (type == int.class) {
                arguments[i] = 7 + i;
            } else if (type == long.class) {
                arguments[i] = 70L + i;
            } else if (type == NicEvents.class) {
                arguments[i] = bench;
            } else {
                arguments[i] = new EverythingFilter();
            }
        }
        return arguments;
    }

    @Test
    void withoutACaptureTheListenerItselfIsPolledAndWithOneItStillHearsOfTheLink() {
        try (CaptureBench bench = new CaptureBench()) {
            List<Object> heard = new ArrayList<>();
            NicEvents listener =
                    new NicEvents() {
                        @Override
                        public void received(int packet) {}

                        @Override
                        public void transmitted(int packet) {}

                        @Override
                        public void linkChanged(boolean up) {
                            heard.add(up);
                        }
                    };
            NicEvents[] polled = new NicEvents[1];
            VirtualInterface linkIsDown =
                    (VirtualInterface)
                            Proxy.newProxyInstance(
                                    VirtualInterface.class.getClassLoader(),
                                    new Class<?>[] {VirtualInterface.class},
                                    (proxy, method, arguments) -> {
                                        if (method.getName().equals("poll")) {
                                            polled[0] = (NicEvents) arguments[1];
                                            polled[0].linkChanged(false);
                                        }
                                        return method.invoke(bench.stub, arguments);
                                    });
            CapturingInterface nic = new CapturingInterface(linkIsDown, "x");
            nic.poll(1, listener, 1);
            assertSame(listener, polled[0]);
            try (Capture capture = Capture.start(CaptureBench.to(folder), bench.faults::add)) {
                capture.add(nic);
                nic.poll(2, listener, 1);
            }
            assertEquals(List.of(false, false), heard);
        }
    }

    @Test
    void withoutACaptureNothingIsAllocated() {
        assertEquals(0, allocatedPerRound(CaptureBench.to(folder), false, false));
    }

    @Test
    void whileFramesAreCopiedNothingIsAllocated() {
        assertEquals(
                0, allocatedPerRound(CaptureBench.to(folder).withRingBytes(1 << 26), true, false));
    }

    @Test
    void whileTheRingIsFullNothingIsAllocated() {
        CaptureOptions options = CaptureBench.to(folder).withRingBytes(4096).withSnapLength(100);
        assertEquals(0, allocatedPerRound(options, true, true));
    }

    /** Bytes that one round of polls, transmits and doorbells allocates on the stack's thread. */
    private static long allocatedPerRound(
            CaptureOptions options, boolean captured, boolean isToDrop) {
        try (CaptureBench bench = new CaptureBench(false);
                Capture capture = Capture.start(options, bench.faults::add)) {
            bench.stub.remembers = false;
            if (captured) {
                capture.add(bench.nic);
            }
            byte[] single = Frames.numbered(1, 200);
            byte[] chained = Frames.numbered(2, 1500);
            long[] nowNs = new long[1];
            long bytes =
                    AllocatedBytes.perRun(
                            4 * ROUNDS,
                            ROUNDS,
                            () -> {
                                nowNs[0]++;
                                for (int i = 0; i < 4; i++) {
                                    bench.stub.arrive(single, nowNs[0]);
                                    bench.nic.transmit(bench.stub.frame(single, 1024));
                                }
                                bench.nic.transmit(bench.stub.frame(chained, 1024));
                                bench.nic.poll(nowNs[0], bench, 64);
                                bench.nic.ring(nowNs[0]);
                                bench.nic.poll(nowNs[0], bench, 64);
                            });
            CaptureReport report = capture.report();
            assertEquals(captured ? 7 * ROUNDS * 9L : 0, report.seen());
            assertEquals(isToDrop, report.dropped() > 0, report.toString());
            return bytes;
        }
    }
}
