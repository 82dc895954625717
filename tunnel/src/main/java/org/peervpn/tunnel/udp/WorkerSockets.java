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

    Stream<Channel> opened() {
        return channels.stream().filter(Channel::isOpen);
    }

    void close() {
        trains.forEach(TrainSocket::close);
        channels.forEach(Sockets::close);
    }
}
