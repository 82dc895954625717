package org.peervpn.tunnel.udp;

import io.netty.channel.Channel;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a worker receives transport data and sends by: in each address family a socket of its own on the port.
 *
 * @param channels by the number of the channel
 * @param trains the same, to send by
 */
record WorkerSockets(List<Channel> channels, List<TrainSocket> trains) {

    /** From now on it is as if there had never been any: the kernel chooses among the first sockets of the port alone. */
    static void dismiss(List<WorkerSockets> all, Sockets first, Transport transport) {
        first.split(transport, 0);
        close(all);
    }

    /** The kernel puts the last of its group in the place of one that is closed. */
    static void close(List<WorkerSockets> all) {
        for (int i = all.size() - 1; i >= 0; i--) {
            all.get(i).close();
        }
    }

    Stream<Channel> opened() {
        return channels.stream().filter(Channel::isOpen);
    }

    private void close() {
        trains.forEach(TrainSocket::close);
        channels.forEach(Sockets::close);
    }
}
