package org.peervpn.tunnel;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A way to a remote node: the channel by which datagrams leave and arrive, and the address at its other end.
 *
 * @param channel the number that the UDP port gave to one of its channels; an answer leaves by the channel on which the
 *     question came
 */
public record Path(int channel, InetSocketAddress remote) {

    /** The same link-local address on two links is two ways, which {@link Inet6Address#equals} does not see. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Path path
                && channel == path.channel
                && remote.equals(path.remote)
                && scope(remote) == scope(path.remote);
    }

    @Override
    public int hashCode() {
        return 31 * channel + remote.hashCode();
    }

    private static int scope(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address ipv6 ? ipv6.getScopeId() : 0;
    }
}
