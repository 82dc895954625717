package org.peervpn.tunnel;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One counter: the next, one of a pair that has changed places, and a replayed one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReplayFilterBenchmark {
    private final ReplayFilter filter = new ReplayFilter();
    private long counter;

    @Benchmark
    public boolean inOrder() {
        return filter.accept(counter++);
    }

    @Benchmark
    public boolean swapped() {
        return filter.accept(counter++ ^ 1);
    }

    @Benchmark
    public boolean replayed() {
        return filter.accept(0);
    }
}
