package onload.tcp.congestion;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Flows that share a link of one rate, with a queue, a delay, and losses, on virtual time: as much of an engine as
 * algorithms need to be seen at work. Segments arrive in order or not at all; each is acknowledged; what is missing
 * before one that is acknowledged is lost.
 */
final class Bottleneck {
    static final int MSS = 1000;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long RTO_NS = SECOND_NS;

    private final long rate;
    private final long delayNs;
    private final long queueBytes;
    private final SplittableRandom random = new SplittableRandom(1);
    private final PriorityQueue<Packet> arrivals =
            new PriorityQueue<>((a, b) ->
                    a.answeredNs != b.answeredNs
                            ? Long.compare(a.answeredNs, b.answeredNs)
                            : Long.compare(a.number, b.number));
    final List<Flow> flows = new ArrayList<>();
    double loss;

    /** Bytes in the queue from which on segments are marked. */
    long markBytes = Long.MAX_VALUE;

    long nowNs = 7;
    private long freeNs;
    private long numbers;

    /** The time that segments waited in the queue, and how many did. */
    private double queueingNs;

    private long queued;

    private static final class Packet {
        long number;
        Flow flow;
        long sentNs;
        long answeredNs;
        long deliveredNs;
        long firstSentNs;
        int delivered;
        int lost;
        int inFlight;
        boolean isMarked;
        boolean isDropped;
        boolean isForgotten;

        Packet(Flow flow) {
            this.flow = flow;
        }
    }

    /** @param rate bytes per second */
    Bottleneck(long rate, long delayNs, long queueBytes) {
        this.rate = rate;
        this.delayNs = delayNs;
        this.queueBytes = queueBytes;
    }

    Flow add(String name) {
        Flow flow = new Flow(CongestionControls.create(name));
        flows.add(flow);
        return flow;
    }

    /** {@return the mean time that segments waited since the last call} */
    double queueingNs() {
        double mean = queued == 0 ? 0 : queueingNs / queued;
        queueingNs = 0;
        queued = 0;
        return mean;
    }

    void run(long durationNs) {
        long endNs = nowNs + durationNs;
        while (true) {
            long nextNs = endNs;
            for (Flow flow : flows) {
                flow.send();
                nextNs = Math.min(nextNs, flow.wakeNs());
            }
            Packet first = arrivals.peek();
            if (first != null && first.answeredNs <= nextNs) {
                arrivals.poll();
                nowNs = Math.max(nowNs, first.answeredNs);
                first.flow.answered(first);
            } else if (nextNs >= endNs) {
                nowNs = endNs;
                return;
            } else {
                nowNs = Math.max(nowNs, nextNs);
                for (Flow flow : flows) {
                    flow.checkTimeout();
                }
            }
        }
    }

    /** One sender with as much to send as it may. */
    final class Flow {
        final CongestionControl control;
        private final DeliverySample sample = new DeliverySample();
        private final Deque<Packet> underWay = new ArrayDeque<>();
        long delivered;
        long lost;
        int timeouts;
        int recoveries;
        long maxInFlight;
        boolean isStopped;
        private long srttNs;
        private long minRttNs;
        private long deliveredNs;
        private long firstSentNs;
        private long paceNs;
        private long lastProgressNs;
        private int inFlight;
        private int nextRound;
        private long recover = -1;
        private boolean isReduction;
        private boolean hasTimedOut;

        Flow(CongestionControl control) {
            this.control = control;
            control.start(CongestionControl.initialWindow(MSS), MSS);
            lastProgressNs = nowNs;
        }

        /** {@return bytes per second since this was asked last} */
        double goodput(long durationNs) {
            double answer = delivered * 1e9 / durationNs;
            delivered = 0;
            return answer;
        }

        private int window() {
            boolean isReduced = recover >= 0 && !hasTimedOut && !control.governsRecovery();
            return isReduced ? Math.min(control.cwnd(), control.ssthresh()) : control.cwnd();
        }

        private boolean mayGo() {
            return !isStopped && inFlight + MSS <= window();
        }

        long wakeNs() {
            long timeoutNs = inFlight > 0 ? lastProgressNs + RTO_NS : Long.MAX_VALUE;
            return mayGo() ? Math.min(paceNs, timeoutNs) : timeoutNs;
        }

        void send() {
            while (mayGo() && paceNs <= nowNs) {
                transmit();
                long pacing = control.pacingRate();
                if (pacing > 0) {
                    paceNs = Math.max(paceNs, nowNs - 1_000_000) + MSS * SECOND_NS / pacing;
                }
            }
        }

        private void transmit() {
            if (inFlight == 0) {
                firstSentNs = nowNs;
                deliveredNs = nowNs;
                lastProgressNs = nowNs;
            }
            Packet packet = new Packet(this);
            packet.number = numbers++;
            packet.sentNs = nowNs;
            packet.firstSentNs = firstSentNs;
            packet.deliveredNs = deliveredNs;
            packet.delivered = sample.delivered;
            packet.lost = (int) lost;
            inFlight += MSS;
            maxInFlight = Math.max(maxInFlight, inFlight);
            packet.inFlight = inFlight;
            long waitingNs = Math.max(0, freeNs - nowNs);
            long backlog = (long) (waitingNs * (double) rate / SECOND_NS);
            packet.isDropped =
                    backlog + MSS > queueBytes || (loss > 0 && random.nextDouble() < loss);
            underWay.add(packet);
            if (!packet.isDropped) {
                packet.isMarked = backlog > markBytes;
                freeNs = nowNs + waitingNs + MSS * SECOND_NS / rate;
                queueingNs += waitingNs;
                queued++;
                packet.answeredNs = freeNs + delayNs;
                arrivals.add(packet);
            }
        }

        private void answered(Packet packet) {
            if (packet.isForgotten) {
                return;
            }
            lastProgressNs = nowNs;
            int priorInFlight = inFlight;
            int losses = 0;
            while (!underWay.isEmpty() && underWay.peek() != packet) {
                underWay.poll();
                losses += MSS;
            }
            underWay.poll();
            inFlight -= losses + MSS;
            lost += losses;
            delivered += MSS;
            fill(packet, priorInFlight, losses);
            conditions(packet, losses, priorInFlight);
            boolean isTold = recover < 0 || hasTimedOut || control.governsRecovery();
            sample.isInRecovery = recover >= 0;
            if (isTold) {
                control.acknowledged(sample);
            }
        }

        private void fill(Packet packet, int priorInFlight, int losses) {
            int total = sample.delivered + MSS;
            sample.clear();
            sample.nowNs = nowNs;
            sample.mss = MSS;
            sample.acknowledgedBytes = MSS;
            sample.deliveredBytes = MSS;
            sample.lostBytes = losses;
            sample.priorInFlightBytes = priorInFlight;
            sample.inFlightBytes = inFlight;
            boolean isStarting = control.cwnd() < control.ssthresh();
            sample.isLimited =
                    isStarting
                            ? 2L * priorInFlight >= control.cwnd()
                            : priorInFlight + MSS > control.cwnd();
            sample.isCongestionEchoed = packet.isMarked;
            sample.rttNs = nowNs - packet.sentNs;
            srttNs = srttNs == 0 ? sample.rttNs : (7 * srttNs + sample.rttNs) / 8;
            minRttNs = minRttNs == 0 ? sample.rttNs : Math.min(minRttNs, sample.rttNs);
            sample.srttNs = srttNs;
            sample.minRttNs = minRttNs;
            sample.delivered = total;
            sample.priorDelivered = packet.delivered;
            sample.intervalBytes = total - packet.delivered;
            long sendNs = packet.sentNs - packet.firstSentNs;
            sample.intervalNs = Math.max(sendNs, nowNs - packet.deliveredNs);
            sample.intervalLostBytes = (int) lost - packet.lost;
            sample.intervalInFlightBytes = packet.inFlight;
            if (packet.delivered - nextRound >= 0) {
                nextRound = total;
                sample.isRoundStart = true;
            }
            deliveredNs = nowNs;
            firstSentNs = packet.sentNs;
        }

        private void conditions(Packet packet, int losses, int priorInFlight) {
            if (recover >= 0 && packet.number >= recover) {
                recover = -1;
                if (!hasTimedOut) {
                    control.recoveryEnded(inFlight, MSS, nowNs);
                }
                hasTimedOut = false;
                isReduction = false;
            }
            if (losses > 0 && (recover < 0 || isReduction)) {
                if (recover < 0) {
                    recoveries++;
                    control.lossDetected(priorInFlight, MSS, nowNs);
                    recover = numbers;
                }
                isReduction = false;
            } else if (packet.isMarked && recover < 0) {
                recoveries++;
                recover = numbers;
                isReduction = true;
                control.congestionExperienced(priorInFlight, MSS, nowNs);
            }
        }

        void checkTimeout() {
            if (inFlight == 0 || nowNs < lastProgressNs + RTO_NS) {
                return;
            }
            timeouts++;
            control.timedOut(inFlight, MSS, !hasTimedOut, nowNs);
            hasTimedOut = true;
            recover = numbers;
            lost += inFlight;
            inFlight = 0;
            underWay.forEach(packet -> packet.isForgotten = true);
            underWay.clear();
            lastProgressNs = nowNs;
        }
    }
}
