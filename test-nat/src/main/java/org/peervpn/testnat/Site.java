package org.peervpn.testnat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A place on the laboratory's internet: its hosts, and the router in front of them. */
public final class Site {
    private final String publicAddress;
    private final List<Host> hosts;
    private final @Nullable Host router; // null where the host itself is on the internet

    Site(String publicAddress, List<Host> hosts, @Nullable Host router) {
        this.publicAddress = publicAddress;
        this.hosts = List.copyOf(hosts);
        this.router = router;
    }

    /** The IPv4 address that the internet sees. */
    public String publicAddress() {
        return publicAddress;
    }

    /** The first host. */
    public Host host() {
        return hosts.get(0);
    }

    public List<Host> hosts() {
        return hosts;
    }

    public boolean hasRouter() {
        return router != null;
    }

    /** The router that the hosts are connected to; its interfaces are {@code lan} and {@code wan}. */
    public Host router() {
        if (router == null) {
            throw new IllegalStateException(host() + " has no router");
        }
        return router;
    }

    /** Lets so many of a hundred UDP datagrams be lost, in either direction. */
    public void lose(int percent) {
        router().nft("""
                table inet lab_loss
                delete table inet lab_loss
                table inet lab_loss {
                  chain forward { type filter hook forward priority -10;
                    %s
                  }
                }
                """.formatted(
                        percent == 0 ? "" : "meta l4proto udp numgen random mod 100 < " + percent + " drop"));
    }
}
