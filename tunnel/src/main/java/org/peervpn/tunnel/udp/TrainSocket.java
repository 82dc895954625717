package org.peervpn.tunnel.udp;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sends datagrams that lie one behind the other in memory by a socket that no loop sends by. The kernel cuts a train of
 * them (UDP_SEGMENT, Linux 4.18) where it can, for that costs one passage through its stack instead of one for each.
 */
final class TrainSocket {
    /** UDP_MAX_SEGMENTS of older kernels. */
    static final int MAX_DATAGRAMS = 64;

    /** What fits into one IPv4 or IPv6 datagram without options. */
    static final int MAX_BYTES = 65_487;

    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;
    private static final int EIO = 5;
    private static final int EINVAL = 22;
    private static final int EMSGSIZE = 90;

    private final Socket socket;
    private final LongAdder dropped;
    private boolean cutsTrains;
    private boolean closed;

    /** What the kernel cuts now; it sends longer datagrams in pieces. 0 for nothing. */
    private int segmentBytes;

    TrainSocket(Socket socket, boolean cutsTrains, LongAdder dropped) {
        this.socket = socket;
        this.cutsTrains = cutsTrains;
        this.dropped = dropped;
    }

    /**
     * Sends {@code count} datagrams from {@code address + start} on, each of {@code bytes} but for the last, which may be
     * shorter. Counts those that the kernel does not take.
     */
    synchronized void send(long address, int start, int end, int bytes, int count, InetSocketAddress remote) {
        if (closed) {
            dropped.add(count);
        } else if (count == 1 || !cutsTrains || !sendTrain(address, start, end, bytes, count, remote)) {
            for (int from = start; from < end; from += bytes) {
                sendOne(address, from, Math.min(end, from + bytes), remote);
            }
        }
    }

    /** False if the datagrams have to be sent one by one. */
    private boolean sendTrain(long address, int start, int end, int bytes, int count, InetSocketAddress remote) {
        try {
            cut(bytes);
            if (socket.sendToAddress(address, start, end, remote.getAddress(), remote.getPort()) == 0) {
                dropped.add(count); // its queue is full
            }
            return true;
        } catch (NativeIoException e) {
            switch (-e.expectedErr()) {
                case EMSGSIZE, EINVAL -> {} // a path that is too narrow for what is to be cut
                case EIO -> cutsTrains = false; // a network card without checksums
                default -> {
                    dropped.add(count); // no route, forbidden: nor would they go one by one
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    private void sendOne(long address, int start, int end, InetSocketAddress remote) {
        try {
            if (end - start > segmentBytes) {
                cut(0);
            }
            put(address, start, end, remote);
        } catch (IOException e) {
            sendWhole(address, start, end, remote);
        }
    }

    /** What is to be cut must fit the path; what is not, the kernel sends in fragments where it does not fit. */
    private void sendWhole(long address, int start, int end, InetSocketAddress remote) {
        try {
            cut(0);
            put(address, start, end, remote);
        } catch (IOException e) {
            dropped.increment();
        }
    }

    private void put(long address, int start, int end, InetSocketAddress remote) throws IOException {
        if (socket.sendToAddress(address, start, end, remote.getAddress(), remote.getPort()) == 0) {
            dropped.increment(); // its queue is full
        }
    }

    /** Where the kernel knows nothing of cutting, there is nothing to be set back either. */
    private void cut(int bytes) throws IOException {
        if (segmentBytes == bytes) {
            return;
        }
        try {
            socket.setIntOpt(SOL_UDP, UDP_SEGMENT, bytes);
            segmentBytes = bytes;
        } catch (IOException | ChannelException e) {
            cutsTrains = false;
            throw new IOException("UDP_SEGMENT is not to be had", e);
        }
    }

    /** Before the socket is: its number may soon be another's. */
    synchronized void close() {
        closed = true;
    }
}
