package org.peervpn.tunnel.udp;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.foreign.ForeignFunctions;

/**
 * Room for what recvmmsg brings: up to 16 datagrams, or trains of them that the kernel has joined (UDP_GRO), with their
 * sources. One for all sockets of a loop. Makes no object for a datagram.
 */
final class MessageBatch {
    static final int MESSAGES = 16;

    /** No UDP payload is as long, so that none is ever cut off. The pages that nothing fills cost nothing. */
    private static final int SLOT_BYTES = 65_536;

    /** The same function, but cheaper, and without a reason if it fails; null before Java 22. */
    private static final @Nullable MethodHandle RECVMMSG = findRecvmmsg();

    private static final int MSG_DONTWAIT = 0x40;
    private static final int EINTR = 4;
    private static final int EBADF = 9;
    private static final int EAGAIN = 11;

    // struct mmsghdr, where pointers have 8 bytes: a struct msghdr and the length of what has come
    private static final int HEADER_BYTES = 64;
    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int VECTORS = 16;
    private static final int VECTOR_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int LENGTH = 56;

    private static final int VECTOR_BYTES = 16; // struct iovec: where, and how long

    // struct cmsghdr, and an int
    private static final int CONTROL_BYTES = 24;
    private static final int CONTROL_LEVEL = 8;
    private static final int CONTROL_TYPE = 12;
    private static final int CONTROL_DATA = 16;
    private static final int SOL_UDP = 17;
    private static final int UDP_GRO = 104;

    private static final int VECTORS_START = MESSAGES * HEADER_BYTES;
    private static final int CONTROLS_START = VECTORS_START + MESSAGES * VECTOR_BYTES;
    private static final int NAMES_START = CONTROLS_START + MESSAGES * CONTROL_BYTES;
    private static final int DATA_START = NAMES_START + MESSAGES * SourcePaths.NAME_BYTES;

    private final Memory memory = new Memory(DATA_START + (long) MESSAGES * SLOT_BYTES);
    private final ByteBuffer headers = memory.getByteBuffer(0, DATA_START).order(ByteOrder.nativeOrder());
    private final ByteBuffer data =
            memory.getByteBuffer(DATA_START, memory.size() - DATA_START).order(ByteOrder.BIG_ENDIAN);
    private final long start = Pointer.nativeValue(memory);
    private int received;

    private MessageBatch() {
        memory.clear(DATA_START);
        for (int i = 0; i < MESSAGES; i++) {
            int header = i * HEADER_BYTES;
            int vector = VECTORS_START + i * VECTOR_BYTES;
            headers.putLong(header + NAME, start + name(i));
            headers.putLong(header + VECTORS, start + vector);
            headers.putLong(header + VECTOR_COUNT, 1);
            headers.putLong(header + CONTROL, start + control(i));
            headers.putLong(vector, start + DATA_START + (long) i * SLOT_BYTES);
            headers.putLong(vector + 8, SLOT_BYTES);
            clear(i);
        }
    }

    /** null where the kernel's structures are others, or its calls are not to be had. */
    static @Nullable MessageBatch create() {
        try {
            return Native.POINTER_SIZE == Long.BYTES && isThere() ? new MessageBatch() : null;
        } catch (LinkageError | OutOfMemoryError e) {
            return null;
        }
    }

    /** Not if it is forbidden to this process: the datagrams would be told of again and again, and never come. */
    private static boolean isThere() {
        try {
            LibC.recvmmsg(-1, null, 1, MSG_DONTWAIT, null);
            return false;
        } catch (LastErrorException e) {
            return e.getErrorCode() == EBADF;
        }
    }

    /**
     * How many messages have come, in place of those before; fewer than {@link #MESSAGES} if there are no more now.
     *
     * @throws IOException an error that was told to the socket
     */
    int receive(int fd) throws IOException {
        for (int i = 0; i < received; i++) {
            clear(i);
        }
        received = 0;
        int count = receiveQuickly(fd);
        received = count >= 0 ? count : receiveOrFail(fd);
        return received;
    }

    /** Negative if that fails. */
    private int receiveQuickly(int fd) {
        if (RECVMMSG == null) {
            return -1;
        }
        try {
            return (int) RECVMMSG.invokeExact(fd, start, MESSAGES, MSG_DONTWAIT, 0L);
        } catch (Throwable e) {
            throw new IllegalStateException("recvmmsg cannot be called", e);
        }
    }

    private int receiveOrFail(int fd) throws IOException {
        try {
            return LibC.recvmmsg(fd, memory, MESSAGES, MSG_DONTWAIT, null);
        } catch (LastErrorException e) {
            if (e.getErrorCode() != EAGAIN && e.getErrorCode() != EINTR) {
                throw new IOException(e);
            }
            return 0;
        }
    }

    private static @Nullable MethodHandle findRecvmmsg() {
        try {
            return new ForeignFunctions("libc.so.6")
                    .function("recvmmsg", int.class, int.class, long.class, int.class, int.class, long.class);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    /** What the kernel reads, and has written over, or what is compared as a whole. */
    private void clear(int i) {
        int header = i * HEADER_BYTES;
        headers.putInt(header + NAME_LENGTH, SourcePaths.NAME_BYTES);
        headers.putLong(header + CONTROL_LENGTH, CONTROL_BYTES);
        for (int at = name(i); at < name(i + 1); at += Long.BYTES) {
            headers.putLong(at, 0);
        }
    }

    /** Holds the names of the sources, as the kernel writes them. */
    ByteBuffer names() {
        return headers;
    }

    /** Where that of message i begins. */
    static int name(int i) {
        return NAMES_START + i * SourcePaths.NAME_BYTES;
    }

    private static int control(int i) {
        return CONTROLS_START + i * CONTROL_BYTES;
    }

    /** Bytes of all datagrams of message i. */
    int length(int i) {
        return headers.getInt(i * HEADER_BYTES + LENGTH);
    }

    /** Bytes of each datagram of message i, but for the last, which may be shorter. */
    int datagramBytes(int i) {
        int at = control(i);
        boolean isTold = headers.getLong(i * HEADER_BYTES + CONTROL_LENGTH) >= CONTROL_DATA + Integer.BYTES
                && headers.getInt(at + CONTROL_LEVEL) == SOL_UDP
                && headers.getInt(at + CONTROL_TYPE) == UDP_GRO;
        int told = isTold ? headers.getInt(at + CONTROL_DATA) : 0;
        return told > 0 ? told : length(i);
    }

    /** A part of message i, in a view that is used for all. */
    ByteBuffer part(int i, int start, int end) {
        int slot = i * SLOT_BYTES;
        return data.limit(slot + end).position(slot + start);
    }
}
