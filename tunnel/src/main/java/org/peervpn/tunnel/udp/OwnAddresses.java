package org.peervpn.tunnel.udp;

import io.netty.channel.Channel;
import io.netty.util.collection.IntObjectHashMap;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A channel for each of the machine's addresses, where a family has several: the kernel would choose one of them for what
 * leaves by a channel that is bound to none, and an answer has to come from the address that was asked. Loop only.
 */
final class OwnAddresses {
    /** Of each family; what is sent to further ones is answered from the address that the kernel chooses. */
    static final int MAX_ADDRESSES = 16;

    private static final int FIRST_NUMBER = 2;

    /** Makes a channel for one address; null if that cannot be done now. */
    interface Maker {
        @Nullable
        Channel make(InetAddress address, int number);
    }

    private final Maker maker;
    private final Map<InetAddress, Integer> numbers = new HashMap<>();
    private final IntObjectHashMap<Channel> channels = new IntObjectHashMap<>();
    private int nextNumber = FIRST_NUMBER; // never used twice, so that an old path does not get a strange channel

    OwnAddresses(Maker maker) {
        this.maker = maker;
    }

    /** null if the address has gone. */
    @Nullable
    Channel channel(int number) {
        return channels.get(number);
    }

    boolean hadChannel(int number) {
        return number >= FIRST_NUMBER && number < nextNumber;
    }

    /** From now on these, and no others. */
    void become(Collection<InetAddress> addresses) {
        Set<InetAddress> wanted = new LinkedHashSet<>();
        for (boolean ipv6 : new boolean[] {false, true}) {
            List<InetAddress> family = ofFamily(addresses, ipv6).toList();
            if (family.size() > 1) {
                wanted.addAll(family);
            }
        }
        List.copyOf(numbers.keySet()).stream()
                .filter(address -> !wanted.contains(address))
                .forEach(this::close);
        wanted.stream().filter(address -> !numbers.containsKey(address)).forEach(this::open);
    }

    private static Stream<InetAddress> ofFamily(Collection<InetAddress> addresses, boolean ipv6) {
        return addresses.stream()
                .filter(address -> address instanceof Inet6Address == ipv6)
                .map(SourcePaths::plain)
                .distinct()
                .limit(MAX_ADDRESSES);
    }

    private void open(InetAddress address) {
        int number = nextNumber++;
        Channel channel = maker.make(address, number);
        if (channel != null) {
            numbers.put(address, number);
            channels.put(number, channel);
        }
    }

    private void close(InetAddress address) {
        Integer number = numbers.remove(address);
        Channel channel = number == null ? null : channels.remove((int) number);
        if (channel != null) {
            var unused = channel.close();
        }
    }

    void flush() {
        if (!channels.isEmpty()) {
            channels.values().forEach(Channel::flush);
        }
    }

    void close() {
        become(List.of());
    }
}
