package org.peervpn.tunnel.foreign;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.util.Optional;

/**
 * Functions of a native library by the platform's own linker (JEP 454), which is there from Java 22 on; asked for by
 * reflection, since this is compiled for an older Java. Pointers are passed as {@code long}.
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
        Object address = symbol.orElseThrow(() -> new NoSuchMethodException(name));
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

    /** {@code (Buffer)long}: the address of the position of a direct buffer. */
    public static MethodHandle addressOfPosition() throws ReflectiveOperationException {
        Class<?> segment = type("MemorySegment");
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        MethodHandle ofBuffer = lookup.findStatic(segment, "ofBuffer", MethodType.methodType(segment, Buffer.class));
        MethodHandle address = lookup.findVirtual(segment, "address", MethodType.methodType(long.class));
        return MethodHandles.filterReturnValue(ofBuffer, address);
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
