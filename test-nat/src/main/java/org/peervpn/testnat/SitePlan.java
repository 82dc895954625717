package org.peervpn.testnat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a site is to be: {@code SitePlan.of("home", PORT_RESTRICTED).with(HAIRPIN, IPV6).withHosts(2)}.
 *
 * @param carrier the type of a second, carrier-grade NAT in front of this one; null without
 * @param mappingLifetime how long an idle UDP mapping lives
 */
public record SitePlan(
        String name,
        NatType type,
        Set<SiteFeature> features,
        int hosts,
        @Nullable NatType carrier,
        Duration mappingLifetime) {

    private static final Duration DEFAULT_LIFETIME = Duration.ofMinutes(2);

    public SitePlan {
        if (!name.matches("[a-z0-9]{1,8}")) {
            throw new IllegalArgumentException("a site's name has at most 8 of a-z and 0-9: " + name);
        }
        boolean oneHost = type == NatType.PUBLIC || type == NatType.FIREWALL;
        if (hosts < 1 || hosts > 200 || (oneHost && hosts > 1)) {
            throw new IllegalArgumentException(type + " with " + hosts + " hosts");
        }
        if (carrier != null && (oneHost || !isNat(carrier) || features.contains(SiteFeature.IPV6))) {
            throw new IllegalArgumentException("behind a carrier's NAT there is a NAT, and only IPv4");
        }
        features = Set.copyOf(features);
    }

    public static SitePlan of(String name, NatType type) {
        return new SitePlan(name, type, Set.of(), 1, null, DEFAULT_LIFETIME);
    }

    public SitePlan with(SiteFeature... more) {
        Set<SiteFeature> all = EnumSet.noneOf(SiteFeature.class);
        all.addAll(features);
        all.addAll(List.of(more));
        if (all.contains(SiteFeature.ROUTER_ADVERTISEMENTS)) {
            all.add(SiteFeature.IPV6);
        }
        return new SitePlan(name, type, all, hosts, carrier, mappingLifetime);
    }

    public SitePlan withHosts(int count) {
        return new SitePlan(name, type, features, count, carrier, mappingLifetime);
    }

    public SitePlan behind(NatType carrierType) {
        return new SitePlan(name, type, features, hosts, carrierType, mappingLifetime);
    }

    public SitePlan withMappingLifetime(Duration lifetime) {
        return new SitePlan(name, type, features, hosts, carrier, lifetime);
    }

    boolean has(SiteFeature feature) {
        return features.contains(feature);
    }

    private static boolean isNat(NatType type) {
        return type != NatType.PUBLIC && type != NatType.FIREWALL;
    }
}
