package org.peervpn.testnat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Wires one site: the n-th has the public address NET.10+n, the LAN 192.168.n.0/24 and 2001:db8:n::/64, and between its
 * own and a carrier's NAT 100.64.n.0/24.
 */
final class SiteBuilder {
    private final Lab lab;
    private final int number;
    private final SitePlan plan;
    private final String wan;
    private final String wanIpv6;
    private final String lan;
    private final String lanIpv6;

    SiteBuilder(Lab lab, int number, SitePlan plan) {
        this.lab = lab;
        this.number = number;
        this.plan = plan;
        this.wan = Lab.NET + "." + (10 + number);
        this.wanIpv6 = "2001:db8::" + (100 + number);
        this.lan = "192.168." + number;
        this.lanIpv6 = "2001:db8:" + number + "::";
    }

    Site build() {
        return switch (plan.type()) {
            case PUBLIC -> publicHost();
            case FIREWALL -> behindFirewall();
            default -> behindNat();
        };
    }

    private Site publicHost() {
        Host host = lab.addHost(plan.name());
        lab.plug(host, "eth0", plan.name());
        host.ip("address add " + wan + "/24 dev eth0", "route add default via " + Lab.STUN_ADDRESS);
        host.ipv4(wan);
        if (plan.has(SiteFeature.IPV6)) {
            host.ip("address add " + wanIpv6 + "/64 dev eth0 nodad", "route add default via " + Lab.STUN_ADDRESS_V6);
            host.ipv6(wanIpv6);
        }
        return new Site(wan, List.of(host), null);
    }

    /** The host has the public address; the firewall routes to it and answers ARP for it. */
    private Site behindFirewall() {
        Host firewall = lab.addRouter("fw-" + plan.name());
        Host host = lab.addHost(plan.name());
        lab.plug(firewall, "wan", plan.name());
        lab.wire(host, "eth0", firewall, "lan");
        firewall.ip(
                "address add " + Lab.NET + "." + (130 + number) + "/24 dev wan",
                "address add 169.254.0.1/30 dev lan",
                "route add " + wan + " dev lan");
        firewall.sysctl("net.ipv4.conf.wan.proxy_arp=1");
        host.ip(
                "address add " + wan + "/32 dev eth0",
                "route add 169.254.0.1 dev eth0",
                "route add default via 169.254.0.1 src " + wan);
        host.ipv4(wan);
        limitMappings(firewall);
        firewall.nft(NatRules.firewall("inet"));
        addIpv6(firewall, List.of(host));
        return new Site(wan, List.of(host), firewall);
    }

    private Site behindNat() {
        Host nat = lab.addRouter("nat-" + plan.name());
        // A bridge in the router's namespace, so that several hosts share the LAN.
        lab.addBridge(nat, "lan");
        nat.ip("address add " + lan + ".1/24 dev lan");
        List<Host> hosts = new ArrayList<>();
        for (int i = 1; i <= plan.hosts(); i++) {
            Host host = lab.addHost(i == 1 ? plan.name() : plan.name() + "." + i);
            lab.wire(host, "eth0", nat, "h" + i);
            nat.ip("link set h" + i + " master lan");
            host.ip("address add " + lan + "." + (i + 1) + "/24 dev eth0", "route add default via " + lan + ".1");
            host.ipv4(lan + "." + (i + 1));
            hosts.add(host);
        }
        NatType carrier = plan.carrier();
        if (carrier == null) {
            lab.plug(nat, "wan", plan.name());
            translate(nat, plan.type(), wan, Lab.STUN_ADDRESS);
            if (plan.has(SiteFeature.IPV6)) {
                nat.nft(NatRules.firewall("ip6"));
            }
            addIpv6(nat, hosts);
        } else {
            String between = "100.64." + number;
            Host carrierNat = lab.addRouter("cgn-" + plan.name());
            lab.plug(carrierNat, "wan", plan.name());
            lab.wire(nat, "wan", carrierNat, "lan");
            carrierNat.ip("address add " + between + ".1/24 dev lan");
            translate(carrierNat, carrier, wan, Lab.STUN_ADDRESS);
            translate(nat, plan.type(), between + ".2", between + ".1");
        }
        return new Site(wan, hosts, nat);
    }

    private void translate(Host nat, NatType type, String address, String gateway) {
        nat.ip("address add " + address + "/24 dev wan", "route add default via " + gateway);
        limitMappings(nat);
        nat.nft(NatRules.nat(plan, type, address));
    }

    private void limitMappings(Host router) {
        long seconds = plan.mappingLifetime().toSeconds();
        router.sysctl(
                "net.netfilter.nf_conntrack_udp_timeout=" + seconds,
                "net.netfilter.nf_conntrack_udp_timeout_stream=" + seconds);
    }

    private void addIpv6(Host router, List<Host> hosts) {
        if (!plan.has(SiteFeature.IPV6)) {
            return;
        }
        router.ip(
                "address add " + wanIpv6 + "/64 dev wan nodad",
                "address add " + lanIpv6 + "1/64 dev lan nodad",
                "route add default via " + Lab.STUN_ADDRESS_V6);
        lab.inet().ip("route add " + lanIpv6 + "/64 via " + wanIpv6);
        boolean advertised = plan.has(SiteFeature.ROUTER_ADVERTISEMENTS);
        if (advertised) {
            Dnsmasq.advertise(router, "lan", lanIpv6);
        }
        for (int i = 0; i < hosts.size(); i++) {
            hosts.get(i).ipv6(advertised ? advertisedAddress(hosts.get(i)) : staticAddress(hosts.get(i), i + 2));
        }
    }

    private String staticAddress(Host host, int last) {
        host.ip("address add " + lanIpv6 + last + "/64 dev eth0 nodad", "route add default via " + lanIpv6 + "1");
        return lanIpv6 + last;
    }

    /** Taking the link down and up makes the kernel ask for an advertisement at once. */
    private String advertisedAddress(Host host) {
        host.sysctl("net.ipv6.conf.eth0.accept_ra=1");
        host.sysctl("net.ipv6.conf.eth0.disable_ipv6=1");
        host.sysctl("net.ipv6.conf.eth0.disable_ipv6=0");
        return Lab.await("an advertised address on " + host, Duration.ofSeconds(10), () -> globalAddress(host));
    }

    private @Nullable String globalAddress(Host host) {
        boolean routed = host.output("ip", "-6", "route", "show", "default").contains("proto ra");
        return routed
                ? host.output("ip", "-6", "-o", "address", "show", "dev", "eth0", "scope", "global")
                        .replaceFirst("(?s).*inet6 ([^/ ]+)/.*", "$1")
                : null;
    }
}
