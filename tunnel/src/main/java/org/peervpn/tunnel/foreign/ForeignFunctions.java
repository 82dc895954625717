package org.peervpn.tunnel.foreign;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Functions of a native library by the platform's own linker (JEP 454), which is there from Java 22 on; asked for by
 * reflection, since this is compiled for an older Java; and what a library keeps in its memory. Pointers are {@code long},
 * and whoever gives one vouches for it.
 *
 * <p>The functions must be short and must not call back: the thread does not leave Java for them.
 */
public final class ForeignFunctions {
    private static final String PACKAGE = "java.lang.foreign.";

    private final Object linker;
    private final Object library;

    /** @throws ReflectiveOperationException if this Java has no such linker, or the machine no such library */
    public ForeignFunctions(String libraryName) throws ReflectiveOperationException {
        linker = type("Linker").getMethod("nativeLinker").invoke(null);
        Object forever = type("Arena").getMethod("global").invoke(null);
        library = type("SymbolLookup")
                .getMethod("libraryLookup", String.class, type("Arena"))
                .invoke(null, libraryName, forever);
    }

    /** A handle of this type, of whose classes each is int or long, and the result's perhaps void. */
    public MethodHandle function(String name, Class<?> result, Class<?>... parameters)
            throws ReflectiveOperationException {
        Optional<?> symbol = (Optional<?>)
                type("SymbolLookup").getMethod("find", String.class).invoke(library, name);
        return handle(symbol.orElseThrow(() -> new NoSuchMethodException(name)), result, parameters);
    }

    /** The same of a function that a library told the address of. */
    public MethodHandle function(long address, Class<?> result, Class<?>... parameters)
            throws ReflectiveOperationException {
        return handle(segment(address), result, parameters);
    }

    private MethodHandle handle(Object address, Class<?> result, Class<?>... parameters)
            throws ReflectiveOperationException {
        Object layouts = Array.newInstance(type("MemoryLayout"), parameters.length);
        for (int i = 0; i < parameters.length; i++) {
            Array.set(layouts, i, layout(parameters[i]));
        }
        Object descriptor = descriptor(result, layouts);
        Object options = Array.newInstance(type("Linker$Option"), 1);
        Object critical =
                type("Linker$Option").getMethod("critical", boolean.class).invoke(null, false);
        Array.set(options, 0, critical);
        return (MethodHandle) type("Linker")
                .getMethod("downcallHandle", type("MemorySegment"), type("FunctionDescriptor"), options.getClass())
                .invoke(linker, address, descriptor, options);
    }

    private static Object descriptor(Class<?> result, Object layouts) throws ReflectiveOperationException {
        Class<?> type = type("FunctionDescriptor");
        return result == void.class
                ? type.getMethod("ofVoid", layouts.getClass()).invoke(null, layouts)
                : type.getMethod("of", type("MemoryLayout"), layouts.getClass()).invoke(null, layout(result), layouts);
    }

    /** Where the position of a direct buffer lies, for as long as somebody holds the buffer. */
    public static long address(ByteBuffer buffer) {
        try {
            Class<?> segment = type("MemorySegment");
            Object memory = segment.getMethod("ofBuffer", Buffer.class).invoke(null, buffer);
            return (long) segment.getMethod("address").invoke(memory);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no linker", e);
        }
    }

    /** What a library keeps at an address, in the order of bytes of this machine. */
    public static ByteBuffer memory(long address, int bytes) throws ReflectiveOperationException {
        Object buffer = type("MemorySegment").getMethod("asByteBuffer").invoke(segment(address, bytes));
        return ((ByteBuffer) buffer).order(ByteOrder.nativeOrder());
    }

    /** A text of C's at an address, which ends with a zero. */
    public static String string(long address) throws ReflectiveOperationException {
        return (String)
                type("MemorySegment").getMethod("getString", long.class).invoke(segment(address, Long.MAX_VALUE), 0L);
    }

    private static Object segment(long address, long bytes) throws ReflectiveOperationException {
        return type("MemorySegment").getMethod("reinterpret", long.class).invoke(segment(address), bytes);
    }

    private static Object segment(long address) throws ReflectiveOperationException {
        return type("MemorySegment").getMethod("ofAddress", long.class).invoke(null, address);
    }

    private static Object layout(Class<?> primitive) throws ReflectiveOperationException {
        return type("ValueLayout")
                .getField(primitive == int.class ? "JAVA_INT" : "JAVA_LONG")
                .get(null);
    }

    private static Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName(PACKAGE + name);
    }
}
