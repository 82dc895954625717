package org.peervpn.node.nattest;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.behavior.NatFindings;
import org.peervpn.nat.behavior.ServerFinding;
import org.peervpn.nat.portmap.MappingProtocol;
import org.peervpn.nat.portmap.PortMapping;

/**
 * What the default router says, compared with what STUN servers see.
 *
 * @param protocols in which it can be asked to open a port, the best first; empty if it has answered in none, null if it
 *     was not asked
 * @param carrierGrade another NAT stands behind the router; null if that is not known
 */
record RouterWord(
        @Nullable List<MappingProtocol> protocols, @Nullable Boolean carrierGrade) {
    private static final int WITNESSES = 2;

    /** @param router null if it was not asked */
    static RouterWord of(NatFindings seen, PortMapping.@Nullable Findings router) {
        Boolean known = seen.summary().carrierGrade();
        if (router == null) {
            return new RouterWord(null, known);
        }
        return new RouterWord(
                router.present().stream().sorted().toList(), known == null ? secondNat(seen, router) : known);
    }

    /** A router's own address is the one that servers see, unless another NAT stands between. */
    private static @Nullable Boolean secondNat(NatFindings seen, PortMapping.Findings router) {
        if (router.behindAnotherNat()) {
            return true;
        }
        Collection<InetAddress> bySeveral = seenBy(seen).values();
        if (bySeveral.isEmpty()
                || seen.severalAddresses()
                || router.routerAddresses().size() != 1) {
            return null;
        }
        if (router.routerAddresses().containsAll(bySeveral)) {
            return false;
        }
        // One server that lies must not make a second NAT.
        boolean nobodySeesIt = bySeveral.stream().noneMatch(router.routerAddresses()::contains);
        return (nobodySeesIt && bySeveral.size() >= WITNESSES) ? true : null;
    }

    /** The servers' addresses, and the address that each sees. */
    private static Map<InetAddress, InetAddress> seenBy(NatFindings seen) {
        Map<InetAddress, InetAddress> addresses = new HashMap<>();
        for (ServerFinding server : seen.servers()) {
            InetSocketAddress mapped = server.mapped();
            if (mapped != null && !server.contradicted()) {
                addresses.put(server.server().getAddress(), mapped.getAddress());
            }
        }
        return addresses;
    }

    /** It can be asked, and nothing shows that this would be of no use. */
    boolean mayOpen() {
        return protocols != null && !protocols.isEmpty() && !Boolean.TRUE.equals(carrierGrade);
    }

    /** It can be asked, and its address is the internet's. */
    boolean opens() {
        return mayOpen() && Boolean.FALSE.equals(carrierGrade);
    }
}
