package org.peervpn.tunnel.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.peervpn.tunnel.foreign.ForeignFunctions;

/**
 * OpenSSL's default provider: the functions that implement its algorithms, found as EVP finds them (provider(7),
 * OSSL_PROVIDER(3), openssl/core.h).
 */
final class LibcryptoProvider {
    // openssl/core_dispatch.h
    static final int OSSL_OP_CIPHER = 2;
    static final int OSSL_OP_MAC = 3;

    private static final int RETAIN_FALLBACKS = 1;
    private static final long NULL = 0;

    private static final int OSSL_ALGORITHM_BYTES = 32; // names, properties, functions, description
    private static final int FUNCTIONS = 16;
    private static final int OSSL_DISPATCH_BYTES = 16; // number, function
    private static final int FUNCTION = 8;

    private final ForeignFunctions libcrypto;
    private final MethodHandle queryOperation;
    private final long provider;
    private final long context;

    /** @throws ReflectiveOperationException if this Java has no linker, or the machine no OpenSSL 3 */
    LibcryptoProvider() throws Throwable {
        libcrypto = new ForeignFunctions("libcrypto.so.3");
        queryOperation =
                libcrypto.function("OSSL_PROVIDER_query_operation", long.class, long.class, int.class, long.class);
        ByteBuffer name = ByteBuffer.allocateDirect(8).put(0, "default\0".getBytes(US_ASCII));
        try {
            provider = (long) libcrypto
                    .function("OSSL_PROVIDER_try_load", long.class, long.class, long.class, int.class)
                    .invokeExact(NULL, ForeignFunctions.address(name), RETAIN_FALLBACKS);
        } finally {
            Reference.reachabilityFence(name);
        }
        if (provider == NULL) {
            throw new NoSuchMethodException("OpenSSL's default provider");
        }
        context = (long) libcrypto
                .function("OSSL_PROVIDER_get0_provider_ctx", long.class, long.class)
                .invokeExact(provider);
    }

    /** What functions that make a context are given. */
    long context() {
        return context;
    }

    /** @throws ReflectiveOperationException if there is none of this name */
    Algorithm algorithm(int operation, String name) throws Throwable {
        long at;
        ByteBuffer noCache = ByteBuffer.allocateDirect(Integer.BYTES);
        try {
            at = (long) queryOperation.invokeExact(provider, operation, ForeignFunctions.address(noCache));
        } finally {
            Reference.reachabilityFence(noCache);
        }
        for (; at != NULL; at += OSSL_ALGORITHM_BYTES) {
            ByteBuffer algorithm = ForeignFunctions.memory(at, OSSL_ALGORITHM_BYTES);
            long names = algorithm.getLong(0);
            if (names == NULL) {
                break;
            }
            if (Arrays.asList(ForeignFunctions.string(names).split(":")).contains(name)) {
                return new Algorithm(libcrypto, addresses(algorithm.getLong(FUNCTIONS)));
            }
        }
        throw new NoSuchMethodException(name);
    }

    private static Map<Integer, Long> addresses(long functions) throws ReflectiveOperationException {
        Map<Integer, Long> addresses = new HashMap<>();
        for (long at = functions; ; at += OSSL_DISPATCH_BYTES) {
            ByteBuffer function = ForeignFunctions.memory(at, OSSL_DISPATCH_BYTES);
            int number = function.getInt(0);
            if (number == 0) {
                return addresses;
            }
            addresses.putIfAbsent(number, function.getLong(FUNCTION)); // the first counts
        }
    }

    /** Its functions, by the numbers that openssl/core_dispatch.h gives them. */
    record Algorithm(ForeignFunctions libcrypto, Map<Integer, Long> addresses) {

        /** @throws ReflectiveOperationException if it has no such function */
        MethodHandle function(int number, Class<?> result, Class<?>... parameters) throws ReflectiveOperationException {
            Long address = addresses.get(number);
            if (address == null) {
                throw new NoSuchMethodException("function " + number + " of an algorithm");
            }
            return libcrypto.function(address, result, parameters);
        }
    }
}
