package onload.bench;

import onload.wire.InternetChecksum;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * The Internet checksum over payloads of the sizes that matter: a small message, a full segment of Ethernet,
 * a jumbo frame. The start moves by two bytes from call to call, as headers make it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class ChecksumBenchmark {
    private static final int SLACK = 64;

    /** Bytes to sum. */
    @Param({"64", "1460", "9000"})
    public int length;

    private UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private int offset;

    /** Fills the memory. */
    @Setup
    public void fill() {
        buffer = new UnsafeBuffer(BufferUtil.allocateDirectAligned(length + SLACK, 64));
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.putByte(i, (byte) random.nextInt());
        }
    }

    /** {@return the checksum, by the product's code} */
    @Benchmark
    public int checksum() {
        offset = offset + 2 & SLACK - 1;
        return InternetChecksum.checksum(buffer, offset, length);
    }

    /** {@return the checksum, a word of 16 bits at a time, as RFC 1071 has it: the loop that everybody begins with} */
    @Benchmark
    public int wordByWord() {
        offset = offset + 2 & SLACK - 1;
        long sum = 0;
        for (int i = offset; i < offset + length; i += 2) {
            sum += buffer.getShort(i, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        }
        return InternetChecksum.fold(sum);
    }

    /** {@return the new checksum after a change of one 32-bit word} */
    @Benchmark
    public int update() {
        offset += 0x9E3779B9;
        return InternetChecksum.update32(offset & 0xFFFF, offset, ~offset);
    }
}
