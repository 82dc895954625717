package org.peervpn.tunnel.crypto;

import java.nio.ByteBuffer;
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

/** Sealing and opening one packet, in arrays and from one direct buffer into another; what is sealed has a new nonce. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AeadBenchmark {
    private static final long OPENED_NONCE = Long.MAX_VALUE;

    @Param({"LIBCRYPTO", "CONSCRYPT", "JDK", "BOUNCY_CASTLE"})
    public AeadProvider provider;

    @Param({"64", "1420"})
    public int length;

    private final AeadKey key = new AeadKey(new byte[AeadKey.LENGTH], 0);
    private Aead aead;
    private byte[] buffer;
    private byte[] sealed;
    private ByteBuffer plainDirect;
    private ByteBuffer sealedDirect;
    private ByteBuffer targetDirect;
    private long nonce;

    @Setup(Level.Trial)
    public void prepare() {
        aead = provider.newAead();
        buffer = new byte[length + Aead.TAG_LENGTH];
        sealed = new byte[length + Aead.TAG_LENGTH];
        aead.sealWithNonce(key, OPENED_NONCE, Aead.NO_ASSOCIATED_DATA, sealed, 0, length);
        plainDirect = ByteBuffer.allocateDirect(length);
        sealedDirect = ByteBuffer.allocateDirect(length + Aead.TAG_LENGTH).put(0, sealed);
        targetDirect = ByteBuffer.allocateDirect(length + Aead.TAG_LENGTH);
    }

    @Benchmark
    public byte[] seal() {
        aead.sealWithNonce(key, nonce++, Aead.NO_ASSOCIATED_DATA, buffer, 0, length);
        return buffer;
    }

    /** With a copy, since it works in place. */
    @Benchmark
    public boolean open() {
        System.arraycopy(sealed, 0, buffer, 0, sealed.length);
        return aead.open(key, OPENED_NONCE, Aead.NO_ASSOCIATED_DATA, buffer, 0, buffer.length);
    }

    @Benchmark
    public ByteBuffer sealDirect() {
        aead.sealWithNonce(key, nonce++, plainDirect, 0, length, targetDirect, 0);
        return targetDirect;
    }

    @Benchmark
    public boolean openDirect() {
        return aead.open(key, OPENED_NONCE, sealedDirect, 0, length + Aead.TAG_LENGTH, targetDirect, 0);
    }
}
