package org.peervpn.tunnel.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.peervpn.tunnel.foreign.ForeignFunctions;

/** The functions of a cipher of OpenSSL's default provider, as EVP finds them: provider(7), openssl/core.h. */
final class LibcryptoCipher {
    private static final int OSSL_OP_CIPHER = 2; // openssl/core_dispatch.h
    private static final int RETAIN_FALLBACKS = 1;
    private static final int NO_CACHE = 8; // where it says, behind the name of the provider
    private static final long NULL = 0;

    private static final int OSSL_ALGORITHM_BYTES = 32; // names, properties, functions, description
    private static final int FUNCTIONS = 16;
    private static final int OSSL_DISPATCH_BYTES = 16; // number, function
    private static final int FUNCTION = 8;

    private final ForeignFunctions libcrypto;
    private final long providerContext;
    private final Map<Integer, Long> addresses = new HashMap<>();

    private LibcryptoCipher(ForeignFunctions libcrypto, long providerContext) {
        this.libcrypto = libcrypto;
        this.providerContext = providerContext;
    }

    /** @throws ReflectiveOperationException if this Java has no linker, the machine no OpenSSL 3, or that no such cipher */
    static LibcryptoCipher find(String name) throws Throwable {
        ForeignFunctions libcrypto = new ForeignFunctions("libcrypto.so.3");
        ByteBuffer memory = ByteBuffer.allocateDirect(16).put(0, "default\0".getBytes(US_ASCII));
        try {
            long providerName = (long) ForeignFunctions.addressOfPosition().invokeExact((Buffer) memory);
            long provider = (long) libcrypto
                    .function("OSSL_PROVIDER_try_load", long.class, long.class, long.class, int.class)
                    .invokeExact(NULL, providerName, RETAIN_FALLBACKS);
            if (provider == NULL) {
                throw new NoSuchMethodException("OpenSSL's default provider");
            }
            long context = (long) libcrypto
                    .function("OSSL_PROVIDER_get0_provider_ctx", long.class, long.class)
                    .invokeExact(provider);
            long algorithms = (long) libcrypto
                    .function("OSSL_PROVIDER_query_operation", long.class, long.class, int.class, long.class)
                    .invokeExact(provider, OSSL_OP_CIPHER, providerName + NO_CACHE);
            LibcryptoCipher cipher = new LibcryptoCipher(libcrypto, context);
            cipher.read(functions(algorithms, name));
            return cipher;
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    private static long functions(long algorithms, String name) throws ReflectiveOperationException {
        for (long at = algorithms; at != NULL; at += OSSL_ALGORITHM_BYTES) {
            ByteBuffer algorithm = ForeignFunctions.memory(at, OSSL_ALGORITHM_BYTES);
            long names = algorithm.getLong(0);
            if (names == NULL) {
                break;
            }
            if (Arrays.asList(ForeignFunctions.string(names).split(":")).contains(name)) {
                return algorithm.getLong(FUNCTIONS);
            }
        }
        throw new NoSuchMethodException(name);
    }

    private void read(long functions) throws ReflectiveOperationException {
        for (long at = functions; ; at += OSSL_DISPATCH_BYTES) {
            ByteBuffer function = ForeignFunctions.memory(at, OSSL_DISPATCH_BYTES);
            int number = function.getInt(0);
            if (number == 0) {
                return;
            }
            addresses.put(number, function.getLong(FUNCTION));
        }
    }

    /** What its functions that make a context are given. */
    long providerContext() {
        return providerContext;
    }

    /** @param number OSSL_FUNC_CIPHER_… of openssl/core_dispatch.h */
    MethodHandle function(int number, Class<?> result, Class<?>... parameters) throws ReflectiveOperationException {
        Long address = addresses.get(number);
        if (address == null) {
            throw new NoSuchMethodException("function " + number + " of the cipher");
        }
        return libcrypto.function(address, result, parameters);
    }
}
