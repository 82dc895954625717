package org.peervpn.tunnel;

import java.net.InetAddress;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The sources from which handshakes have been completed of late: whoever floods us from everywhere does not know them.
 * Bounded: the one that is longest ago goes.
 */
final class KnownSources {
    static final int MAX_SOURCES = 4_096;

    private final Set<Long> sources = new LinkedHashSet<>();

    void add(InetAddress address) {
        Long source = Source.of(address);
        sources.remove(source); // and last again
        if (sources.size() == MAX_SOURCES) {
            Iterator<Long> oldestFirst = sources.iterator();
            oldestFirst.next();
            oldestFirst.remove();
        }
        sources.add(source);
    }

    boolean contains(InetAddress address) {
        return sources.contains(Source.of(address));
    }
}
