package org.peervpn.nat.behavior;

import static java.util.stream.Collectors.toSet;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;

/**
 * What the servers say of the mappings, weighed. One server that lies, however it does, can prevent a verdict but not
 * bring about a wrong one:
 *
 * <ol>
 *   <li>Whoever contradicts himself is not heard ({@link Liars}).
 *   <li>The mapping is endpoint-independent if all name one endpoint, or more operators name it than do not and they agree
 *       on a second channel as well.
 *   <li>It depends on the destination if no two operators agree, each of their answers was given twice, and no operator
 *       names one endpoint at two addresses of its own.
 * </ol>
 */
final class Evidence {
    private final List<Sighting> sightings; // of those who are heard
    private final Set<InetAddress> liars;
    private final Operators operators;
    private final Predicate<InetSocketAddress> isOurs;
    private final int secondChannel;

    /** @param isOurs whether an endpoint is the main channel's own, untranslated */
    Evidence(List<Inquiry> inquiries, Predicate<InetSocketAddress> isOurs, int secondChannel) {
        List<Sighting> all = Sighting.of(inquiries);
        this.liars = Liars.among(all);
        this.sightings = all.stream()
                .filter(sighting -> !liars.contains(sighting.serverAddress()))
                .toList();
        this.operators = Operators.of(inquiries);
        this.isOurs = isOurs;
        this.secondChannel = secondChannel;
    }

    Set<InetAddress> liars() {
        return liars;
    }

    /** What is heard of all channels, by operator; without those who name another endpoint than the one that is so. */
    List<List<Sighting>> byOperator(MappingVerdict verdict) {
        Set<InetAddress> wrong = sightings.stream()
                .filter(sighting -> verdict.endpoint() != null
                        && sighting.channel() == NatTest.MAIN
                        && !sighting.mapped().equals(verdict.endpoint()))
                .map(Sighting::serverAddress)
                .collect(toSet());
        return groups().stream()
                .map(operator -> sightings.stream()
                        .filter(sighting -> operator.contains(sighting.serverAddress())
                                && !wrong.contains(sighting.serverAddress()))
                        .toList())
                .toList();
    }

    /** Servers differ, so a second channel has to be asked about. */
    boolean differ() {
        return endpoints(NatTest.MAIN, address -> true).size() > 1;
    }

    /** @param secondAsked all has been asked by the second channel that was to be asked */
    MappingVerdict mapping(boolean secondAsked) {
        Set<InetSocketAddress> endpoints = endpoints(NatTest.MAIN, address -> true);
        if (endpoints.isEmpty()) {
            return MappingVerdict.UNKNOWN;
        }
        if (endpoints.size() == 1) {
            return unanimous(endpoints.iterator().next());
        }
        if (!secondAsked) {
            return MappingVerdict.DISPUTED;
        }
        InetSocketAddress majority = majority();
        if (majority != null) {
            return MappingVerdict.independent(!isOurs.test(majority), majority, true);
        }
        return dependsOnDestination() ? MappingVerdict.dependent(degree()) : MappingVerdict.DISPUTED;
    }

    private MappingVerdict unanimous(InetSocketAddress endpoint) {
        boolean confirmed = addresses(sightings).size() >= 2;
        if (confirmed || isOurs.test(endpoint)) {
            return MappingVerdict.independent(!isOurs.test(endpoint), endpoint, confirmed);
        }
        return MappingVerdict.unconfirmed(endpoint);
    }

    /** The endpoint on which more operators agree than do not, if they do so again on the second channel. */
    private @Nullable InetSocketAddress majority() {
        List<Set<InetAddress>> all = groups();
        Map<InetSocketAddress, List<Set<InetAddress>>> supporters = new HashMap<>();
        for (Set<InetAddress> operator : all) {
            Set<InetSocketAddress> named = endpoints(NatTest.MAIN, operator::contains);
            if (named.size() == 1) {
                supporters
                        .computeIfAbsent(named.iterator().next(), endpoint -> new ArrayList<>())
                        .add(operator);
            }
        }
        return supporters.entrySet().stream()
                .filter(entry ->
                        entry.getValue().size() >= 2 && 2 * entry.getValue().size() > all.size())
                .filter(entry -> agreeAgain(entry.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private boolean agreeAgain(List<Set<InetAddress>> supporters) {
        Set<InetAddress> addresses = new HashSet<>();
        supporters.forEach(addresses::addAll);
        long heard = supporters.stream()
                .filter(operator ->
                        !endpoints(secondChannel, operator::contains).isEmpty())
                .count();
        return heard >= 2 && endpoints(secondChannel, addresses::contains).size() == 1;
    }

    private boolean dependsOnDestination() {
        List<Sighting> solid = solid();
        List<Set<InetAddress>> all = groups();
        Set<InetSocketAddress> named = new HashSet<>();
        int heard = 0;
        boolean anyByItself = false;
        for (Set<InetAddress> operator : all) {
            Set<InetSocketAddress> ownNamed = endpoints(NatTest.MAIN, operator::contains);
            List<Sighting> own = solid.stream()
                    .filter(sighting -> operator.contains(sighting.serverAddress()))
                    .toList();
            boolean differs = differsByAddress(own);
            boolean agrees = ownNamed.stream().anyMatch(named::contains);
            if (agrees || (addresses(own).size() > 1 && !differs)) {
                return false;
            }
            named.addAll(ownNamed);
            anyByItself |= differs;
            heard += own.isEmpty() ? 0 : 1;
        }
        return anyByItself || heard >= 3;
    }

    /** No endpoint is named at two addresses. */
    private static boolean differsByAddress(List<Sighting> own) {
        Map<InetSocketAddress, Set<InetAddress>> namedAt = new HashMap<>();
        own.forEach(sighting -> namedAt.computeIfAbsent(sighting.mapped(), endpoint -> new HashSet<>())
                .add(sighting.serverAddress()));
        return addresses(own).size() > 1 && namedAt.values().stream().allMatch(at -> at.size() == 1);
    }

    /** On what of the destination; null if no server answers at two ports of one address, or if they contradict. */
    private @Nullable Behavior degree() {
        Map<InetAddress, Map<InetSocketAddress, InetSocketAddress>> byAddress = new HashMap<>();
        solid().forEach(sighting -> byAddress
                .computeIfAbsent(sighting.serverAddress(), address -> new HashMap<>())
                .put(sighting.server(), sighting.mapped()));
        Set<Behavior> degrees = byAddress.values().stream()
                .filter(ports -> ports.size() > 1)
                .map(ports -> new HashSet<>(ports.values()).size() == 1
                        ? Behavior.ADDRESS_DEPENDENT
                        : Behavior.ADDRESS_AND_PORT_DEPENDENT)
                .collect(toSet());
        return degrees.size() == 1 ? degrees.iterator().next() : null;
    }

    /** Of the main channel, and told at least twice. */
    private List<Sighting> solid() {
        List<Sighting> main = sightings.stream()
                .filter(sighting -> sighting.channel() == NatTest.MAIN)
                .toList();
        return main.stream()
                .filter(sighting -> main.stream().filter(sighting::equals).count() >= 2)
                .distinct()
                .toList();
    }

    /** The addresses that were heard on the main channel, by their operator. */
    private List<Set<InetAddress>> groups() {
        List<Set<InetAddress>> groups = new ArrayList<>();
        for (Sighting sighting : sightings) {
            if (sighting.channel() == NatTest.MAIN) {
                groups.stream()
                        .filter(group ->
                                group.stream().anyMatch(address -> operators.areOne(address, sighting.serverAddress())))
                        .findFirst()
                        .orElseGet(() -> {
                            Set<InetAddress> group = new HashSet<>();
                            groups.add(group);
                            return group;
                        })
                        .add(sighting.serverAddress());
            }
        }
        return groups;
    }

    private Set<InetSocketAddress> endpoints(int channel, Predicate<InetAddress> servers) {
        return sightings.stream()
                .filter(sighting -> sighting.channel() == channel && servers.test(sighting.serverAddress()))
                .map(Sighting::mapped)
                .collect(toSet());
    }

    private static Set<InetAddress> addresses(List<Sighting> sightings) {
        return sightings.stream()
                .filter(sighting -> sighting.channel() == NatTest.MAIN)
                .map(Sighting::serverAddress)
                .collect(toSet());
    }
}
