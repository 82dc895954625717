package org.peervpn.routing;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Which peer owns an address: longest prefix wins. Immutable, so every thread may read it. */
public final class AllowedIps<T> {

    private AllowedIps() {}

    public static <T> Builder<T> builder() {
        throw new IllegalStateException("stub");
    }

    public @Nullable T lookup(InetAddress address) {
        throw new IllegalStateException("stub");
    }

    /** By the destination of an IPv4 or IPv6 packet between position and limit; null if it is malformed. Allocates nothing. */
    public @Nullable T lookupDestination(ByteBuffer packet) {
        throw new IllegalStateException("stub");
    }

    /** By its source. */
    public @Nullable T lookupSource(ByteBuffer packet) {
        throw new IllegalStateException("stub");
    }

    /** Collects prefixes. A prefix added twice belongs to the last. */
    public static final class Builder<T> {
        private Builder() {}

        public Builder<T> add(Cidr prefix, T owner) {
            throw new IllegalStateException("stub");
        }

        public AllowedIps<T> build() {
            throw new IllegalStateException("stub");
        }
    }
}
