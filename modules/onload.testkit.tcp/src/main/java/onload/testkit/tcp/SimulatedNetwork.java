package onload.testkit.tcp;

import onload.nic.emulated.EmulatedNetwork;
import onload.testkit.VirtualClock;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Hosts on emulated links, on one virtual clock and from one seed, as cheap as it can be for thousands of connections:
 * only hosts are looked at that a frame has come to, whose time has come, or whose user has done something. For one
 * thread.
 */
public final class SimulatedNetwork implements AutoCloseable {
    /** Rounds at one time after which the network is taken for one that never comes to rest. */
    private static final int MAX_ROUNDS = 1_000_000;

    private final VirtualClock clock = new VirtualClock();
    private final EmulatedNetwork links;
    private final List<SimulatedHost> hosts = new ArrayList<>();
    private final Deque<SimulatedHost> woken = new ArrayDeque<>();
    private final HostHeap deadlines = new HostHeap();
    private final PriorityQueue<Appointment> appointments = new PriorityQueue<>();
    private final long seed;
    private long appointmentsMade;
    private long events;

    /** Something that the user of a simulation does at a time. */
    @FunctionalInterface
    public interface Task {
        /** Does it. */
        void run(long nowNs);
    }

    private record Appointment(long timeNs, long number, Task task)
            implements Comparable<Appointment> {
        @Override
        public int compareTo(Appointment other) {
            int byTime = Long.compare(timeNs, other.timeNs);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    /**
     * Makes an empty network.
     *
     * @param seed of all that is left to chance
     */
    public SimulatedNetwork(long seed) {
        this.seed = seed;
        links = EmulatedNetwork.onVirtualTime(seed);
    }

    /** {@return the time in nanoseconds} */
    public long nowNs() {
        return clock.nowNs();
    }

    /** {@return the links} */
    public EmulatedNetwork links() {
        return links;
    }

    /** {@return the times at which something happened until now} */
    public long events() {
        return events;
    }

    /** {@return a host without a cable} */
    public SimulatedHost addHost(HostSettings settings) {
        SimulatedHost host =
                new SimulatedHost(this, hosts.size() + 1, settings, seed * 31 + hosts.size());
        hosts.add(host);
        return host;
    }

    /** {@return the hosts in the order in which they were added} */
    public List<SimulatedHost> hosts() {
        return List.copyOf(hosts);
    }

    /** Has something done after a while; at once if that is 0. */
    public void after(long delayNs, Task task) {
        appointments.add(new Appointment(nowNs() + delayNs, appointmentsMade++, task));
    }

    /** A host has something to do at the present time. */
    void wake(SimulatedHost host) {
        if (!host.isWoken) {
            host.isWoken = true;
            woken.add(host);
        }
    }

    /** {@return when something happens next, or {@link Long#MAX_VALUE}} */
    public long nextEventNs() {
        if (!woken.isEmpty()) {
            return nowNs();
        }
        Appointment first = appointments.peek();
        long next = Math.min(links.nextDueNs(), deadlines.firstNs());
        return first == null ? next : Math.min(next, first.timeNs);
    }

    /**
     * Goes to the next time at which something happens, and does all that happens then.
     *
     * @param limitNs the latest time to go to
     * @return whether there was such a time; if not, it is {@code limitNs} now
     */
    public boolean step(long limitNs) {
        long next = nextEventNs();
        if (next > limitNs) {
            clock.advanceTo(limitNs);
            return false;
        }
        clock.advanceTo(next);
        events++;
        long nowNs = clock.nowNs();
        links.advance(nowNs);
        while (deadlines.firstNs() <= nowNs) {
            SimulatedHost host = deadlines.first();
            deadlines.place(host, Long.MAX_VALUE);
            wake(host);
        }
        Appointment due = appointments.peek();
        while (due != null && due.timeNs <= nowNs) {
            appointments.remove();
            due.task.run(nowNs);
            due = appointments.peek();
        }
        settle(nowNs);
        return true;
    }

    private void settle(long nowNs) {
        int rounds = 0;
        for (SimulatedHost host = woken.poll(); host != null; host = woken.poll()) {
            host.isWoken = false;
            if (nowNs < host.asleepUntilNs) {
                deadlines.place(host, host.asleepUntilNs);
                continue;
            }
            host.poll(nowNs);
            host.asleepUntilNs = nowNs + host.asleepNs;
            // What has passed already and was not acted on must not stop the clock.
            deadlines.place(host, Math.max(host.nextDeadlineNs(), nowNs + 1));
            if (++rounds > MAX_ROUNDS) {
                throw new Violation(
                        "a network comes to rest", "this one was polled without an end", nowNs);
            }
        }
    }

    /** Runs for a while. */
    public void run(long durationNs) {
        long endNs = nowNs() + durationNs;
        while (step(endNs)) {
            // All is done there.
        }
    }

    /**
     * Closes everything.
     *
     * @throws Violation if a packet buffer is not home
     */
    @Override
    public void close() {
        StringBuilder amiss = new StringBuilder();
        for (SimulatedHost host : hosts) {
            amiss.append(host.close());
        }
        links.close();
        if (!amiss.isEmpty()) {
            throw new Violation("all packet buffers come home", amiss.toString(), nowNs());
        }
    }
}
