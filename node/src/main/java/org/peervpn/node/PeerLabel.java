package org.peervpn.node;

import org.jspecify.annotations.Nullable;

/** How a peer is called in front of people; {@code name} is null until the peer has told it. */
public record PeerLabel(@Nullable String name, PeerId id) {
    @Override
    public String toString() {
        return name == null ? id.toString() : name + " (" + id + ")";
    }
}
