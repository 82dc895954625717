package org.peervpn.testnat.flood;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.net.InetSocketAddress;

/**
 * A UDP socket (IPv4) that sends from any source address, and up to {@link #MAX_DATAGRAMS} datagrams of the same length
 * with one call. Needs root. What comes back is never read.
 */
public final class SpoofingSocket implements AutoCloseable {
    /** UDP_MAX_SEGMENTS of older kernels. */
    public static final int MAX_DATAGRAMS = 64;

    /** Of one call. */
    public static final int MAX_BYTES = 60_000;

    private static final class LibC {
        static {
            Native.register(LibC.class, "c");
        }

        private LibC() {}

        static native int socket(int domain, int type, int protocol) throws LastErrorException;

        static native int setsockopt(int fd, int level, int name, Pointer value, int length) throws LastErrorException;

        static native int bind(int fd, Pointer address, int length) throws LastErrorException;

        static native int connect(int fd, Pointer address, int length) throws LastErrorException;

        static native int send(int fd, Pointer bytes, long length, int flags) throws LastErrorException;

        static native int close(int fd) throws LastErrorException;
    }

    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_RCVBUF = 8;
    private static final int IPPROTO_IP = 0;
    private static final int IP_TRANSPARENT = 19;
    private static final int IPPROTO_UDP = 17;
    private static final int UDP_SEGMENT = 103;
    private static final int SOCKADDR_BYTES = 16;

    private final int fd;
    private int segment;

    public SpoofingSocket(InetSocketAddress source, InetSocketAddress target) {
        fd = LibC.socket(AF_INET, SOCK_DGRAM, 0);
        option(SOL_SOCKET, SO_REUSEADDR, 1);
        option(SOL_SOCKET, SO_RCVBUF, 1);
        option(IPPROTO_IP, IP_TRANSPARENT, 1);
        try (Memory from = address(source);
                Memory to = address(target)) {
            LibC.bind(fd, from, SOCKADDR_BYTES);
            LibC.connect(fd, to, SOCKADDR_BYTES);
        }
    }

    /** False if the kernel did not take them. */
    public boolean send(Volley volley) {
        if (segment != volley.datagramBytes()) {
            segment = volley.datagramBytes();
            option(IPPROTO_UDP, UDP_SEGMENT, segment);
        }
        try {
            LibC.send(fd, volley.bytes(), volley.bytes().size(), 0);
            return true;
        } catch (LastErrorException e) {
            return false;
        }
    }

    @Override
    public void close() {
        LibC.close(fd);
    }

    private void option(int level, int name, int value) {
        try (Memory memory = new Memory(Integer.BYTES)) {
            memory.setInt(0, value);
            LibC.setsockopt(fd, level, name, memory, Integer.BYTES);
        }
    }

    /** struct sockaddr_in: <pre>0: family | 2: port, big-endian | 4: address | 8: zeros</pre> */
    private static Memory address(InetSocketAddress endpoint) {
        Memory memory = new Memory(SOCKADDR_BYTES);
        memory.clear();
        memory.setShort(0, (short) AF_INET);
        memory.setByte(2, (byte) (endpoint.getPort() >> 8));
        memory.setByte(3, (byte) endpoint.getPort());
        memory.write(4, endpoint.getAddress().getAddress(), 0, 4);
        return memory;
    }
}
