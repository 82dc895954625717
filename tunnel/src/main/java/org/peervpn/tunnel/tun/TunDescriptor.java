package org.peervpn.tunnel.tun;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.peervpn.tunnel.tun.TunException.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TUN device as the kernel's calls make it: open, name, offloads, MTU, up.
 *
 * @param fds one for each queue
 * @param offloads what the kernel leaves to us; they are the device's, so that one queue tells for all
 */
record TunDescriptor(List<Integer> fds, String name, Offloads offloads) {
    private static final Logger LOG = LoggerFactory.getLogger(TunDescriptor.class);

    /** Each includes those before it. */
    enum Offloads {
        NONE,
        /** Checksums and the segments of TCP; every packet has a {@link VnetHeader}. */
        TCP,
        /** The segments of UDP as well (Linux 6.2). */
        UDP
    }

    private static final String DEVICE = "/dev/net/tun";

    /** What of libc is needed; every call fails with a {@link LastErrorException}. */
    static final class LibC {
        static {
            Native.register(LibC.class, "c");
        }

        private LibC() {}

        static native int open(String path, int flags) throws LastErrorException;

        static native int ioctl(int fd, NativeLong request, Pointer argument) throws LastErrorException;

        static native int socket(int domain, int type, int protocol) throws LastErrorException;

        static native int socketpair(int domain, int type, int protocol, int[] fds) throws LastErrorException;

        static native int close(int fd) throws LastErrorException;
    }

    // fcntl.h and socket.h of x86-64, aarch64 and riscv64
    private static final int O_RDWR = 0x2;
    static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000; // a child process must not keep the device alive
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    static final int SOCK_CLOEXEC = O_CLOEXEC;

    // linux/if_tun.h, linux/if.h, linux/sockios.h
    private static final int TUNSETIFF = 0x400454ca;
    private static final short IFF_TUN = 0x0001;
    private static final short IFF_NO_PI = 0x1000;
    private static final short IFF_TUN_EXCL = (short) 0x8000; // a new device, never somebody's persistent one
    private static final short IFF_VNET_HDR = 0x4000;
    private static final short IFF_MULTI_QUEUE = 0x0100;
    private static final int TUNSETOFFLOAD = 0x400454d0;
    private static final int TUN_F_CSUM = 0x01;
    private static final int TUN_F_TSO4 = 0x02;
    private static final int TUN_F_TSO6 = 0x04;
    private static final int TUN_F_TSO_ECN = 0x08;
    private static final int TUN_F_USO4 = 0x20;
    private static final int TUN_F_USO6 = 0x40;
    private static final int TCP_OFFLOADS = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    private static final int UDP_OFFLOADS = TUN_F_USO4 | TUN_F_USO6;
    private static final int SIOCGIFFLAGS = 0x8913;
    private static final int SIOCSIFFLAGS = 0x8914;
    private static final int SIOCSIFMTU = 0x8922;
    private static final short IFF_UP = 0x1;

    /** struct ifreq: <pre>0: name, zero-terminated | 16: union, here a short (flags) or an int (MTU)</pre> */
    private static final int IFREQ_BYTES = 40;

    private static final int IFREQ_UNION = 16;

    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int ENXIO = 6;
    private static final int EACCES = 13;
    private static final int EBUSY = 16;
    private static final int ENOTTY = 25;
    private static final int ENODEV = 19;

    /** With so many queues, or with one where that cannot be. */
    static TunDescriptor open(String wantedName, int mtu, boolean withOffloads, int queues) throws TunException {
        if (queues > 1) {
            try {
                return openWhole(wantedName, mtu, withOffloads, queues);
            } catch (TunException e) {
                LOG.debug("no {} queues: {}", queues, e.getMessage());
            }
        }
        return openWhole(wantedName, mtu, withOffloads, 1);
    }

    private static TunDescriptor openWhole(String wantedName, int mtu, boolean withOffloads, int queues)
            throws TunException {
        int flags = IFF_TUN | IFF_NO_PI | (withOffloads ? IFF_VNET_HDR : 0) | (queues > 1 ? IFF_MULTI_QUEUE : 0);
        List<Integer> fds = new ArrayList<>();
        boolean complete = false;
        try {
            fds.add(openDevice());
            String name = attach(fds.get(0), wantedName, flags | IFF_TUN_EXCL);
            Offloads offloads = withOffloads ? takeOffloads(fds.get(0)) : Offloads.NONE;
            while (fds.size() < queues) {
                int fd = openDevice();
                fds.add(fd);
                attach(fd, name, flags); // to what is there, and ours
            }
            configure(name, mtu);
            complete = true;
            return new TunDescriptor(List.copyOf(fds), name, offloads);
        } finally {
            if (!complete) {
                fds.forEach(LibC::close);
            }
        }
    }

    private static int openDevice() throws TunException {
        try {
            return LibC.open(DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        } catch (LastErrorException e) {
            throw switch (e.getErrorCode()) {
                case ENOENT, ENXIO, ENODEV ->
                    new TunException(Reason.NO_DEVICE, "no " + DEVICE + ": try 'modprobe tun'", e);
                case EPERM, EACCES ->
                    new TunException(Reason.NOT_PERMITTED, "not permitted to open " + DEVICE + ": run as root", e);
                default -> new TunException(Reason.OTHER, "cannot open " + DEVICE + ": " + e.getMessage(), e);
            };
        }
    }

    /** Returns the name that the kernel gave. */
    private static String attach(int fd, String wantedName, int flags) throws TunException {
        Memory request = request(wantedName);
        request.setShort(IFREQ_UNION, (short) flags);
        try {
            LibC.ioctl(fd, new NativeLong(TUNSETIFF), request);
        } catch (LastErrorException e) {
            throw switch (e.getErrorCode()) {
                case EPERM, EACCES ->
                    new TunException(
                            Reason.NOT_PERMITTED,
                            "not permitted to make the interface " + wantedName
                                    + ": run as root or grant CAP_NET_ADMIN",
                            e);
                case ENOTTY ->
                    new TunException(Reason.NO_DEVICE, "/dev/net/tun is no TUN device; load it with: modprobe tun", e);
                case EBUSY ->
                    new TunException(Reason.NAME_TAKEN, "the interface name " + wantedName + " is already in use", e);
                default ->
                    new TunException(
                            Reason.OTHER, "cannot make the interface " + wantedName + ": " + e.getMessage(), e);
            };
        }
        return request.getString(0, StandardCharsets.UTF_8.name());
    }

    /** A device with the header that has no offloads would only cost: TCP's are as old as the header. */
    private static Offloads takeOffloads(int fd) throws TunException {
        if (offer(fd, TCP_OFFLOADS | UDP_OFFLOADS)) {
            return Offloads.UDP;
        }
        if (offer(fd, TCP_OFFLOADS)) {
            return Offloads.TCP;
        }
        throw new TunException(Reason.OTHER, "the TUN device has no offloads: run with --no-tun-offload", null);
    }

    private static boolean offer(int fd, int offloads) {
        try {
            LibC.ioctl(fd, new NativeLong(TUNSETOFFLOAD), Pointer.createConstant(offloads));
            return true;
        } catch (LastErrorException e) {
            return false;
        }
    }

    private static void configure(String name, int mtu) throws TunException {
        Memory request = request(name);
        try {
            int socket = LibC.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
            try {
                request.setInt(IFREQ_UNION, mtu);
                LibC.ioctl(socket, new NativeLong(SIOCSIFMTU), request);
                LibC.ioctl(socket, new NativeLong(SIOCGIFFLAGS), request);
                request.setShort(IFREQ_UNION, (short) (request.getShort(IFREQ_UNION) | IFF_UP));
                LibC.ioctl(socket, new NativeLong(SIOCSIFFLAGS), request);
            } finally {
                LibC.close(socket);
            }
        } catch (LastErrorException e) {
            throw new TunException(
                    Reason.OTHER, "cannot set up the interface " + name + " (MTU " + mtu + "): " + e.getMessage(), e);
        }
    }

    private static Memory request(String name) {
        Memory request = new Memory(IFREQ_BYTES);
        request.clear();
        request.setString(0, name, StandardCharsets.UTF_8.name());
        return request;
    }
}
