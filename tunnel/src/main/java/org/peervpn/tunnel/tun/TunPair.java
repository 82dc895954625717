package org.peervpn.tunnel.tun;

import com.sun.jna.LastErrorException;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.peervpn.tunnel.tun.TunException.Reason;

/** A TUN device with offloads whose kernel is the caller, at the other end of a pair of sockets. Needs no privilege. */
public final class TunPair implements AutoCloseable {
    /** The longest payload of {@link #sendTcp}. */
    public static final int MAX_TCP_PAYLOAD = 65_000;

    private static final int HEADERS = Layout.IPV4_HEADER + Layout.TCP_MIN_HEADER;

    // socket.h of x86-64, aarch64 and riscv64
    private static final int AF_UNIX = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int SOCK_NONBLOCK = TunDescriptor.O_NONBLOCK;

    private final Tun tun;
    private final FileDescriptor kernel;
    private final int segmentBytes;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(VnetHeader.BYTES + Ip.MAX_PACKET_BYTES);
    private final long address = Buffer.memoryAddress(buffer);
    private int sequence;

    private TunPair(Tun tun, FileDescriptor kernel, int mtu) {
        this.tun = tun;
        this.kernel = kernel;
        this.segmentBytes = mtu - HEADERS;
    }

    /** @throws TunException where there are no such sockets */
    public static TunPair open(String name, int mtu) throws TunException {
        int[] fds = new int[2];
        try {
            TunDescriptor.LibC.socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | TunDescriptor.SOCK_CLOEXEC, 0, fds);
        } catch (LastErrorException e) {
            throw new TunException(Reason.OTHER, "cannot make a pair of sockets: " + e.getMessage(), e);
        }
        Tun tun = new FdTun(name, List.of(new TunQueue(fds[0])), TunDescriptor.Offloads.UDP);
        return new TunPair(tun, new FileDescriptor(fds[1]), mtu);
    }

    /** To be closed before the pair is. */
    public Tun tun() {
        return tun;
    }

    /**
     * Gives the device the next bytes of a TCP connection as one packet, which it has to cut into segments; without a
     * payload it is an acknowledgment.
     *
     * @param source an IPv4 address, as the other one
     * @param payloadBytes at most {@link #MAX_TCP_PAYLOAD}
     */
    public void sendTcp(byte[] source, byte[] destination, int payloadBytes) throws IOException {
        int length = HEADERS + payloadBytes;
        int tcp = VnetHeader.BYTES + Layout.IPV4_HEADER;
        VnetHeader.putPlain(buffer.clear(), 0);
        buffer.position(VnetHeader.BYTES);
        buffer.put((byte) 0x45).put((byte) 0).putShort((short) length).putInt(0);
        buffer.put((byte) 64)
                .put((byte) Layout.TCP)
                .putShort((short) 0)
                .put(source)
                .put(destination);
        buffer.putShort((short) 5201).putShort((short) 5201).putInt(sequence).putInt(1);
        buffer.put((byte) (Layout.TCP_MIN_HEADER << 2))
                .put((byte) Layout.ACK)
                .putShort((short) -1)
                .putInt(0);
        sequence += payloadBytes;
        Layout.putLength(buffer, VnetHeader.BYTES, Layout.IPV4_HEADER, length);
        if (payloadBytes > segmentBytes) {
            VnetHeader.put(
                    buffer, 0, VnetHeader.TCP_IPV4, HEADERS, segmentBytes, Layout.IPV4_HEADER, Layout.TCP_CHECKSUM);
        } else {
            int tcpLength = length - Layout.IPV4_HEADER;
            long sum = Layout.pseudoHeader(buffer, VnetHeader.BYTES, Layout.TCP) + tcpLength;
            buffer.putShort(tcp + Layout.TCP_CHECKSUM, Checksum.finish(sum + Checksum.sum(buffer, tcp, tcpLength)));
        }
        kernel.writeAddress(address, 0, VnetHeader.BYTES + length);
    }

    /** The length of the next packet that the device has got to write; 0 if there is none. */
    public int receive() throws IOException {
        int length = kernel.readAddress(address, 0, buffer.capacity());
        return length <= 0 ? 0 : length - VnetHeader.BYTES;
    }

    @Override
    public void close() throws IOException {
        kernel.close();
    }
}
