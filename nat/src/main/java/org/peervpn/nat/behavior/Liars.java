package org.peervpn.nat.behavior;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Servers that contradict themselves: what they say of our endpoint cannot be so, whatever the NAT does. */
final class Liars {

    private record Asked(int channel, InetSocketAddress server) {}

    private record Seen(InetSocketAddress server, InetSocketAddress mapped) {}

    private Liars() {}

    static Set<InetAddress> among(List<Sighting> sightings) {
        Set<InetAddress> liars = new HashSet<>();
        Map<Asked, InetSocketAddress> mappings = new HashMap<>();
        Map<Seen, Integer> channels = new HashMap<>();
        for (Sighting sighting : sightings) {
            InetSocketAddress before =
                    mappings.putIfAbsent(new Asked(sighting.channel(), sighting.server()), sighting.mapped());
            // From one socket to one address there is one mapping.
            boolean wavers = before != null && !before.equals(sighting.mapped());
            Integer other = channels.putIfAbsent(new Seen(sighting.server(), sighting.mapped()), sighting.channel());
            // Answers to two sockets would come to the same one.
            boolean parrots = other != null && !Objects.equals(other, sighting.channel());
            if (wavers || parrots) {
                liars.add(sighting.serverAddress());
            }
        }
        return liars;
    }
}
