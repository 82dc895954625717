package org.peervpn.routing;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Whose a packet is, among so many prefixes of /12 to /32 drawn from a seed; each packet has another destination. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AllowedIpsBenchmark {
    private static final int PACKETS = 4096;
    private static final int IPV4_HEADER = 20;
    private static final int DESTINATION = 16;

    @Param({"10", "1000", "100000"})
    public int prefixes;

    private final ByteBuffer[] packets = new ByteBuffer[PACKETS];
    private AllowedIps<Integer> allowedIps;
    private int next;

    @Setup(Level.Trial)
    public void prepare() {
        Random random = new Random(prefixes);
        int[] networks = new int[prefixes];
        AllowedIps.Builder<Integer> builder = AllowedIps.builder();
        for (int i = 0; i < prefixes; i++) {
            int length = 12 + random.nextInt(21);
            networks[i] = random.nextInt() & -1 << (Integer.SIZE - length);
            builder.add(Cidr.parse(text(networks[i]) + "/" + length), i);
        }
        allowedIps = builder.build();
        for (int i = 0; i < PACKETS; i++) {
            int destination = networks[random.nextInt(prefixes)];
            packets[i] = ByteBuffer.allocate(IPV4_HEADER).put(0, (byte) 0x45).putInt(DESTINATION, destination);
        }
    }

    @Benchmark
    public Integer lookup() {
        return allowedIps.lookupDestination(packets[next++ & (PACKETS - 1)]);
    }

    private static String text(int address) {
        return "%d.%d.%d.%d"
                .formatted(address >>> 24, address >>> 16 & 0xff, address >>> 8 & 0xff, address & 0xff);
    }
}
