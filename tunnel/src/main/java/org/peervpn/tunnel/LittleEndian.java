package org.peervpn.tunnel;

import static java.lang.invoke.MethodHandles.byteArrayViewVarHandle;
import static java.lang.invoke.MethodHandles.byteBufferViewVarHandle;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/** The integers of WireGuard's messages. Offsets into a buffer are absolute. */
final class LittleEndian {
    // Not ByteBuffer.getInt: its byte order is lost by every slice() and duplicate().
    private static final VarHandle BUFFER_INT = byteBufferViewVarHandle(int[].class, LITTLE_ENDIAN);
    private static final VarHandle BUFFER_LONG = byteBufferViewVarHandle(long[].class, LITTLE_ENDIAN);
    private static final VarHandle ARRAY_INT = byteArrayViewVarHandle(int[].class, LITTLE_ENDIAN);

    private LittleEndian() {}

    static int getInt(ByteBuffer buffer, int offset) {
        return (int) BUFFER_INT.get(buffer, offset);
    }

    static long getLong(ByteBuffer buffer, int offset) {
        return (long) BUFFER_LONG.get(buffer, offset);
    }

    static void putInt(ByteBuffer buffer, int offset, int value) {
        BUFFER_INT.set(buffer, offset, value);
    }

    static void putLong(ByteBuffer buffer, int offset, long value) {
        BUFFER_LONG.set(buffer, offset, value);
    }

    static int getInt(byte[] bytes, int offset) {
        return (int) ARRAY_INT.get(bytes, offset);
    }

    static void putInt(byte[] bytes, int offset, int value) {
        ARRAY_INT.set(bytes, offset, value);
    }
}
