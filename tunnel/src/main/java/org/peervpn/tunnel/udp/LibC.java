package org.peervpn.tunnel.udp;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import org.jspecify.annotations.Nullable;

/** What of libc is needed for sockets; every call fails with a {@link LastErrorException}. */
final class LibC {
    static {
        Native.register(LibC.class, "c");
    }

    private LibC() {}

    static native int setsockopt(int fd, int level, int name, Pointer value, int length) throws LastErrorException;

    static native int getsockopt(int fd, int level, int name, Pointer value, IntByReference length)
            throws LastErrorException;

    static native int recvmmsg(int fd, @Nullable Pointer messages, int count, int flags, @Nullable Pointer timeout)
            throws LastErrorException;

    static native int fcntl(int fd, int command, int argument) throws LastErrorException;
}
