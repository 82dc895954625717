package org.peervpn.tunnel.udp;

import io.netty.channel.Channel;
import io.netty.util.collection.IntObjectHashMap;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Channels beside the one port, each with a port that the kernel chose: behind a NAT whose mapping depends on the
 * destination, each of them has a mapping of its own. Loop only.
 */
final class AuxiliaryChannels {
    /** For all peers together. */
    static final int MAX_CHANNELS = 1024;

    /** Above what {@link OwnAddresses} counts up to. */
    private static final int FIRST_NUMBER = 1 << 24;

    private final OwnAddresses.Maker maker;
    private final IntObjectHashMap<Channel> channels = new IntObjectHashMap<>();
    private int nextNumber = FIRST_NUMBER; // never used twice

    AuxiliaryChannels(OwnAddresses.Maker maker) {
        this.maker = maker;
    }

    /** The number of a new channel of the family of this address; negative if there can be none. */
    int open(InetAddress towards) {
        if (channels.size() == MAX_CHANNELS) {
            return -1;
        }
        int number = nextNumber;
        Channel channel = maker.make(towards, number);
        if (channel == null) {
            return -1;
        }
        nextNumber++;
        channels.put(number, channel);
        return number;
    }

    @Nullable
    Channel channel(int number) {
        return channels.get(number);
    }

    static boolean isNumber(int number) {
        return number >= FIRST_NUMBER;
    }

    void close(int number) {
        Channel channel = channels.remove(number);
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
        List.copyOf(channels.keySet()).forEach(this::close);
    }
}
