package org.peervpn.testnat.sim;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A machine: its addresses in one realm, and the UDP ports that are open on it. A port is a channel with a number, as the
 * node counts them; it belongs to one family.
 */
final class SimHost implements Station {
    private static final int FIRST_EPHEMERAL = 32_768;
    private static final int EPHEMERALS = 28_000;

    /** Hears what arrives. */
    interface Receiver {
        void received(int channel, Datagram datagram);
    }

    private record Socket(boolean ipv4, int port) {}

    private final String name;
    private final Trace trace;
    private final Map<Integer, Socket> sockets = new HashMap<>();
    private final Map<Socket, Integer> channels = new HashMap<>();
    private final Link link;
    private List<InetAddress> addresses = List.of();
    private Realm realm;
    private int nextChannel;
    private int nextEphemeral;
    private @Nullable Receiver receiver; // null while nothing runs here

    SimHost(String name, Realm realm, List<InetAddress> addresses, Link link, Trace trace) {
        this.name = name;
        this.realm = realm;
        this.link = link;
        this.trace = trace;
        attach(addresses);
    }

    String name() {
        return name;
    }

    Link link() {
        return link;
    }

    List<InetAddress> addresses() {
        return addresses;
    }

    void receiver(@Nullable Receiver newReceiver) {
        receiver = newReceiver;
    }

    /** Into another network. */
    void move(Realm other, List<InetAddress> newAddresses) {
        addresses.forEach(realm::detach);
        realm = other;
        attach(newAddresses);
    }

    /** Makes the stations' realm know where this host is, without or with a firewall before it. */
    private void attach(List<InetAddress> newAddresses) {
        addresses = List.copyOf(newAddresses);
        addresses.forEach(address -> realm.attach(address, this, link));
    }

    /** The channel of a new port. */
    int open(boolean ipv4, int port) {
        Socket socket = new Socket(ipv4, port);
        if (channels.containsKey(socket)) {
            throw new IllegalStateException("port " + port + " is open already on " + name);
        }
        int channel = nextChannel++;
        sockets.put(channel, socket);
        channels.put(socket, channel);
        return channel;
    }

    /** The channel of a port that the system chooses. */
    int openEphemeral(boolean ipv4) {
        int port;
        do {
            port = FIRST_EPHEMERAL + nextEphemeral++ % EPHEMERALS;
        } while (channels.containsKey(new Socket(ipv4, port)));
        return open(ipv4, port);
    }

    void close(int channel) {
        channels.remove(sockets.remove(channel));
    }

    void closeAll() {
        sockets.clear();
        channels.clear();
        nextChannel = 0;
    }

    int openPorts() {
        return sockets.size();
    }

    /** The host's address of this family; null if it has none. */
    @Nullable
    InetAddress address(boolean ipv4) {
        for (InetAddress address : addresses) {
            if (address instanceof Inet4Address == ipv4) {
                return address;
            }
        }
        return null;
    }

    @Nullable
    InetSocketAddress local(int channel) {
        Socket socket = sockets.get(channel);
        InetAddress address = socket == null ? null : address(socket.ipv4());
        return socket == null || address == null ? null : new InetSocketAddress(address, socket.port());
    }

    void send(int channel, InetSocketAddress remote, byte[] bytes) {
        InetSocketAddress local = local(channel);
        if (local == null) {
            trace.say(name, "cannot send by channel " + channel);
            return;
        }
        Datagram datagram = new Datagram(local, remote, bytes);
        trace.say(name, "sends", datagram);
        realm.send(link, datagram);
    }

    @Override
    public void receive(Datagram datagram) {
        Integer channel = channels.get(
                new Socket(datagram.isIpv4(), datagram.destination().getPort()));
        if (receiver == null || channel == null) {
            trace.say(name, "nobody listens for", datagram);
            return;
        }
        trace.say(name, "gets", datagram);
        receiver.received(channel, datagram);
    }
}
