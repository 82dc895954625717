package org.peervpn.routing;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.regex.Pattern;

/**
 * One thing that we set on the machine: a value, compared by content. Its constructors refuse whatever is not ours,
 * because root undoes what it reads from the journal.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Operation.Link.class, name = "link"),
    @JsonSubTypes.Type(value = Operation.Address.class, name = "address"),
    @JsonSubTypes.Type(value = Operation.Route.class, name = "route"),
    @JsonSubTypes.Type(value = Operation.Rule.class, name = "rule"),
    @JsonSubTypes.Type(value = Operation.NftTable.class, name = "nft"),
    @JsonSubTypes.Type(value = Operation.Sysctl.class, name = "sysctl"),
})
sealed interface Operation {

    /** Which thing it sets: of two operations with the same key the later replaces the earlier. */
    String key();

    /** What has to be known to undo it. */
    default Operation forJournal() {
        return this;
    }

    /** Our interface is up; goes with the interface, so nothing is undone. */
    record Link(String device, int mtu) implements Operation {
        public Link {
            requireName(device);
            require(mtu >= 576 && mtu <= 65_535, "mtu");
        }

        @Override
        public String key() {
            return "link " + device;
        }
    }

    record Address(String device, Cidr address) implements Operation {
        public Address {
            requireName(device);
            require(address.prefixLength() == (address.isIpv4() ? 32 : 128), "address");
        }

        @Override
        public String key() {
            return "address " + address;
        }
    }

    /** Where a route of our tables leads. */
    enum Way {
        INTERFACE,
        /** The lookup goes on with the next rule. */
        THROW
    }

    /** @param device whose route it is; no part of a {@link Way#THROW} route */
    record Route(long table, Cidr prefix, Way way, String device) implements Operation {
        public Route {
            requireName(device);
            require(isOurTable(table), "table");
        }

        @Override
        public String key() {
            return "route " + table + " " + prefix;
        }
    }

    enum Family {
        IPV4,
        IPV6
    }

    /** Packets that carry none of our marks are looked up in this table. */
    record Rule(Family family, int priority, long table) implements Operation {
        public Rule {
            require(isOurTable(table), "table");
            require(
                    priority >= RouterSetup.PEERS_PRIORITIES
                            && priority < RouterSetup.EXIT_PRIORITIES + RouterSetup.PRIORITIES,
                    "priority");
        }

        @Override
        public String key() {
            return "rule " + family + " " + priority + " " + table;
        }
    }

    /** A table of the inet family that the kernel removes when its owner, a child of ours, ends. */
    record NftTable(String name, String text) implements Operation {
        private static final Pattern NAME = Pattern.compile("peervpn_[A-Za-z0-9_]{1,20}");

        public NftTable {
            require(NAME.matcher(name).matches(), "nft table");
        }

        @Override
        public String key() {
            return "nft " + name;
        }

        @Override
        public Operation forJournal() {
            return new NftTable(name, "");
        }
    }

    /** @param path below /proc/sys, with slashes because interface names contain dots */
    record Sysctl(String path, int value) implements Operation {
        private static final Pattern PATH = Pattern.compile("net/ipv4/ip_forward"
                + "|net/ipv4/conf/[^/\\s\\p{Cntrl}]{1,15}/(forwarding|accept_redirects|src_valid_mark)"
                + "|net/ipv6/conf/[^/\\s\\p{Cntrl}]{1,15}/(forwarding|accept_ra|disable_ipv6)");

        public Sysctl {
            requirePath(path);
        }

        @Override
        public String key() {
            return "sysctl " + path;
        }

        static void requirePath(String path) {
            require(PATH.matcher(path).matches() && !path.contains("/../") && !path.contains("/./"), "sysctl");
        }
    }

    private static boolean isOurTable(long table) {
        long block = table & ~0xffffL;
        return block == RouterSetup.PEERS_TABLES || block == RouterSetup.EXIT_TABLES;
    }

    private static void requireName(String device) {
        require(RouterSetup.isSafeName(device), "interface name");
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalArgumentException("not one of ours: " + what);
        }
    }
}
