package org.peervpn.tunnel.tun;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Joining segments of one TCP flow to a packet of almost 64 KiB, and splitting it again: time for each segment. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class OffloadBenchmark {
    private static final int SEGMENTS = 47;
    private static final int PAYLOAD = 1368; // with IPv4 and a timestamp of TCP, a packet of 1,420 bytes
    private static final int TIMESTAMP = 12;

    private final ByteBuffer[] segments = new ByteBuffer[SEGMENTS];
    private final ByteBuffer joined = ByteBuffer.allocateDirect(VnetHeader.BYTES + Ip.MAX_PACKET_BYTES);
    private final ByteBuffer source = ByteBuffer.allocateDirect(joined.capacity());
    private final Splitter splitter = new Splitter(source, packet -> this.packets++);
    private Joiner joiner;
    private int joinedEnd;
    private int writes;
    private int packets;

    @Setup(Level.Trial)
    public void prepare() {
        FlowMaker flow = new FlowMaker(true, true, TIMESTAMP, 1000);
        Random random = new Random(1);
        for (int i = 0; i < SEGMENTS; i++) {
            segments[i] = flow.next(PAYLOAD, Layout.ACK, random);
        }
        joiner = new Joiner(
                (buffer, end) -> {
                    joinedEnd = end;
                    joined.put(0, buffer, 0, end);
                },
                true);
        join();
        if (joinedEnd <= SEGMENTS * PAYLOAD) {
            throw new IllegalStateException("they were not joined");
        }
        joiner = new Joiner((buffer, end) -> writes++, true);
    }

    @Benchmark
    @OperationsPerInvocation(SEGMENTS)
    public int join() {
        for (ByteBuffer segment : segments) {
            joiner.add(segment);
        }
        joiner.flush();
        return writes;
    }

    @Benchmark
    @OperationsPerInvocation(SEGMENTS)
    public int split() {
        source.put(0, joined, 0, joinedEnd); // which the device would do
        splitter.split(VnetHeader.BYTES, joinedEnd);
        return packets;
    }
}
