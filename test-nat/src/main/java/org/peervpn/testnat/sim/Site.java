package org.peervpn.testnat.sim;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A place with hosts: its network, its routers from the inside to the outside, and its link to the internet. */
final class Site {
    private final String name;
    private final SimNetwork network;
    private final Access access;
    private final boolean ipv6;
    private final Link uplink;
    private final Realm lan;
    private final List<NatBox> ipv4Routers = new ArrayList<>();
    private final List<SimHost> hosts = new ArrayList<>();
    private final @Nullable NatBox ipv6Router;

    /** Of this site, ever. */
    private final Set<InetAddress> everOurs = new HashSet<>();

    private final long ipv6Prefix;

    Site(String name, SimNetwork network, Access access, boolean ipv6, Link uplink) {
        this.name = name;
        this.network = network;
        this.access = access;
        this.ipv6 = ipv6;
        this.uplink = uplink;
        NatBehavior nat = access.nat();
        lan = nat == null ? network.internet() : network.realm(name + ".lan");
        ipv6Prefix = network.nextIpv6Prefix();
        if (nat != null) {
            putUp(nat);
        }
        ipv6Router = ipv6 && nat != null ? firewall6() : null;
    }

    private void putUp(NatBehavior nat) {
        Realm outside = network.internet();
        if (access.carrier() != null) {
            Realm middle = network.realm(name + ".provider");
            NatBox carrier = new NatBox(
                    name + ".cgn", access.carrier(), middle, outside, uplink, ours(network.nextPublic()), network);
            middle.ipv4Router(carrier);
            outside = middle;
            ipv4Routers.add(carrier);
        }
        InetAddress outer = !nat.translates()
                ? null
                : ours(access.carrier() == null ? network.nextPublic() : Addresses.ipv4(100, 64, 0, 2));
        Link link = access.carrier() == null ? uplink : Link.lan();
        NatBox router = new NatBox(name + ".nat", nat, lan, outside, link, outer, network);
        lan.ipv4Router(router);
        ipv4Routers.add(0, router);
    }

    private NatBox firewall6() {
        NatBox router =
                new NatBox(name + ".fw6", NatBehavior.firewall(), lan, network.internet(), uplink, null, network);
        lan.ipv6Router(router);
        return router;
    }

    /** A host with an address of each family that the site has. */
    SimHost host(String hostName) {
        List<InetAddress> addresses = newAddresses();
        Link link = access.nat() == null ? uplink : Link.lan();
        SimHost host = new SimHost(hostName, lan, addresses, link, network.trace());
        hosts.add(host);
        return host;
    }

    /** The host comes here from elsewhere. */
    void welcome(SimHost host) {
        host.move(lan, newAddresses());
        hosts.add(host);
    }

    private List<InetAddress> newAddresses() {
        List<InetAddress> addresses = new ArrayList<>();
        boolean isPrivate = access.nat() != null && access.nat().translates();
        InetAddress ipv4 = ours(isPrivate ? network.nextPrivate(lan) : network.nextPublic());
        addresses.add(ipv4);
        if (access.nat() != null && !isPrivate) {
            network.internet().attach(ipv4, ipv4Routers.get(0), uplink);
        }
        if (ipv6) {
            InetAddress address = ours(Addresses.ipv6(ipv6Prefix, 0x10L + everOurs.size()));
            addresses.add(address);
            if (ipv6Router != null) {
                network.internet().attach(address, ipv6Router, uplink);
            }
        }
        return addresses;
    }

    private InetAddress ours(InetAddress address) {
        everOurs.add(address);
        return address;
    }

    String name() {
        return name;
    }

    Access access() {
        return access;
    }

    Link uplink() {
        return uplink;
    }

    Realm lan() {
        return lan;
    }

    boolean owned(InetAddress address) {
        return everOurs.contains(address);
    }

    /** From the inside to the outside; empty where there is none. */
    List<NatBox> ipv4Routers() {
        return ipv4Routers;
    }

    /** Every router loses its memory; the outermost one also its address, if it is to. */
    void reboot(boolean renumber) {
        for (int i = 0; i < ipv4Routers.size(); i++) {
            NatBox router = ipv4Routers.get(i);
            boolean outermost = i == ipv4Routers.size() - 1;
            boolean another = renumber && outermost && router.outerAddress() != null;
            router.reboot(another ? ours(network.nextPublic()) : null);
        }
        if (ipv6Router != null) {
            ipv6Router.reboot(null);
        }
    }

    /** Where the internet sees the host's endpoint now; null if nowhere, or for each destination elsewhere. */
    @Nullable
    InetSocketAddress seen(InetSocketAddress internal) {
        InetSocketAddress endpoint = internal;
        if (internal.getAddress() instanceof Inet4Address) {
            for (NatBox router : ipv4Routers) {
                endpoint = endpoint == null ? null : router.externalOf(endpoint);
            }
        }
        return endpoint;
    }

    /** The address that the internet sees of the host. */
    InetAddress seenAddress(InetSocketAddress internal) {
        InetAddress address = internal.getAddress();
        if (address instanceof Inet4Address) {
            for (NatBox router : ipv4Routers) {
                address = router.outerAddress() == null ? address : router.outerAddress();
            }
        }
        return address;
    }
}
