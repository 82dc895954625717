package org.peervpn.nat.portmap;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.portmap.Description.Service;

/**
 * A mapping by UPnP: (1) a search by multicast, which only the gateway may answer; (2) its description names the services;
 * (3) each is asked for the external address until one has a public one; (4) that one maps.
 */
final class IgdMapper implements Mapper {

    /** Where requests go. */
    interface Output {
        void toGroup(ByteBuffer datagram);

        void exchange(InetSocketAddress server, ByteBuffer request);
    }

    private enum Step {
        NONE,
        SEARCH,
        DESCRIBE,
        ADDRESS,
        ADD,
        CHECK_ENTRY,
        CHECK_ADDRESS,
        DELETE
    }

    private static final int SEARCH_TRIES = 4;
    private static final int MAX_PORTS = 4;
    private static final int FAILURES_UNTIL_LOST = 2;
    private static final int FIRST_DYNAMIC_PORT = 49_152;
    private static final int LAST_PORT = 65_535;

    /** The edge gives up after 3 s. */
    private static final long EXCHANGE_NANOS = 4_000_000_000L;

    private final Gateway gateway;
    private final int port;
    private final RandomGenerator random;
    private final Output output;
    private final Attempts attempts = new Attempts();
    private final Lease lease = new Lease();

    private State state = State.IDLE;
    private Step step = Step.NONE;
    private long giveUpNanos = Long.MAX_VALUE; // of the exchange
    private boolean present;
    private @Nullable Inet4Address routerAddress; // null while it has told none
    private List<Service> services = List.of(); // the first is the one in use
    private @Nullable Location description;
    private @Nullable Inet4Address external;
    private int externalPort;
    private long leaseSeconds = Lease.LIFETIME_SECONDS;
    private int portsTried;
    private int failures;

    IgdMapper(Gateway gateway, int port, RandomGenerator random, Output output) {
        this.gateway = gateway;
        this.port = port;
        this.random = random;
        this.output = output;
    }

    @Override
    public MappingProtocol protocol() {
        return MappingProtocol.UPNP_IGD;
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public boolean isPresent() {
        return present;
    }

    @Override
    public @Nullable Inet4Address routerAddress() {
        return routerAddress;
    }

    @Override
    public @Nullable PortMapped mapped() {
        Inet4Address address = external;
        return state != State.MAPPED || address == null
                ? null
                : new PortMapped(new InetSocketAddress(address, externalPort), protocol(), lease.expiresNanos());
    }

    @Override
    public void seek(long nowNanos) {
        present = false;
        routerAddress = null;
        services = List.of();
        description = null;
        external = null;
        leaseSeconds = Lease.LIFETIME_SECONDS;
        lease.end();
        state = State.SEEKING;
        step = Step.SEARCH;
        giveUpNanos = Long.MAX_VALUE;
        attempts.begin(SEARCH_TRIES, nowNanos);
        search(nowNanos);
    }

    private void search(long nowNanos) {
        if (attempts.take(nowNanos)) {
            Ssdp.searches().forEach(output::toGroup);
        } else {
            stop(State.FAILED);
        }
    }

    /** Returns false if it is no answer to a search. */
    boolean receive(ByteBuffer datagram, long nowNanos) {
        Location found = Ssdp.parse(datagram, gateway.address());
        if (found == null) {
            return false;
        }
        if (step == Step.SEARCH) {
            attempts.end();
            description = found;
            exchange(Step.DESCRIBE, found.server(), Http.get(found.host(), found.path()), nowNanos);
        }
        return true;
    }

    /** @param answer null if there is none */
    void answered(@Nullable ByteBuffer answer, long nowNanos) {
        Step answeredStep = step;
        step = Step.NONE;
        giveUpNanos = Long.MAX_VALUE;
        switch (answeredStep) {
            case DESCRIBE -> described(answer, nowNanos);
            case ADDRESS -> addressed(Soap.result(answer, "GetExternalIPAddress"), nowNanos);
            case ADD -> added(Soap.result(answer, "AddPortMapping"), nowNanos);
            case CHECK_ENTRY -> entryChecked(Soap.result(answer, "GetSpecificPortMappingEntry"), nowNanos);
            case CHECK_ADDRESS -> addressChecked(Soap.result(answer, "GetExternalIPAddress"), nowNanos);
            case DELETE -> stop(State.IDLE);
            default -> step = answeredStep; // nothing was asked
        }
    }

    private void described(@Nullable ByteBuffer answer, long nowNanos) {
        Http.Answer http = answer == null ? null : Http.parse(answer);
        Location own = description;
        if (http != null && http.status() == Http.OK && own != null) {
            services = Description.services(http.body(), own, gateway.address());
        }
        present = !services.isEmpty();
        askNextService(nowNanos);
    }

    private void askNextService(long nowNanos) {
        if (services.isEmpty()) {
            stop(State.FAILED);
        } else {
            call(Step.ADDRESS, "GetExternalIPAddress", Map.of(), nowNanos);
        }
    }

    private void addressed(Soap.Result result, long nowNanos) {
        Inet4Address address = address(result);
        if (address == null) {
            services = services.subList(1, services.size());
            askNextService(nowNanos);
        } else {
            external = address;
            state = State.FOUND;
        }
    }

    /** Null unless it is public. */
    private @Nullable Inet4Address address(Soap.Result result) {
        String text = result.succeeded() ? result.text("NewExternalIPAddress") : null;
        Inet4Address address = text == null ? null : Addresses.parse(text);
        if (address == null || !Addresses.isHost(address)) {
            return null;
        }
        routerAddress = address;
        return Addresses.isPublic(address) ? address : null;
    }

    @Override
    public void map(long nowNanos) {
        state = State.MAPPING;
        externalPort = port;
        portsTried = 0;
        add(nowNanos);
    }

    private void add(long nowNanos) {
        Map<String, String> arguments = entry();
        arguments.put("NewInternalPort", String.valueOf(port));
        arguments.put("NewInternalClient", gateway.localAddress().getHostAddress());
        arguments.put("NewEnabled", "1");
        arguments.put("NewPortMappingDescription", "peervpn");
        arguments.put("NewLeaseDuration", String.valueOf(leaseSeconds));
        call(Step.ADD, "AddPortMapping", arguments, nowNanos);
    }

    /** In the order of the specification, because some routers do not look at the names. */
    private Map<String, String> entry() {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("NewRemoteHost", "");
        arguments.put("NewExternalPort", String.valueOf(externalPort));
        arguments.put("NewProtocol", "UDP");
        return arguments;
    }

    private void added(Soap.Result result, long nowNanos) {
        if (result.succeeded()) {
            boolean wasMapped = state == State.MAPPED;
            state = State.MAPPED;
            failures = 0;
            lease.begin(leaseSeconds, nowNanos);
            if (wasMapped) {
                call(Step.CHECK_ADDRESS, "GetExternalIPAddress", Map.of(), nowNanos); // it may have got another one
            }
        } else if (result.error() == Soap.ONLY_PERMANENT_LEASES && leaseSeconds != Lease.FOR_EVER) {
            leaseSeconds = Lease.FOR_EVER;
            add(nowNanos);
        } else if (result.error() == Soap.CONFLICT_IN_MAPPING_ENTRY && ++portsTried < MAX_PORTS) {
            state = State.MAPPING;
            externalPort = random.nextInt(FIRST_DYNAMIC_PORT, LAST_PORT + 1);
            add(nowNanos);
        } else if (state == State.MAPPED && result.error() < 0) {
            failed(nowNanos);
        } else {
            stop(State.FAILED);
        }
    }

    /** A router that is busy may be silent once; one that has started anew may answer elsewhere. */
    private void failed(long nowNanos) {
        failures++;
        if (failures >= FAILURES_UNTIL_LOST) {
            stop(State.FAILED);
        } else {
            lease.renewLater(nowNanos);
            lease.checked(nowNanos);
        }
    }

    @Override
    public void check(long nowNanos) {
        if (state == State.MAPPED && step == Step.NONE) {
            call(Step.CHECK_ENTRY, "GetSpecificPortMappingEntry", entry(), nowNanos);
        }
    }

    private void entryChecked(Soap.Result result, long nowNanos) {
        if (result.succeeded()) {
            boolean ours = gateway.localAddress().getHostAddress().equals(result.text("NewInternalClient"))
                    && String.valueOf(port).equals(result.text("NewInternalPort"));
            if (ours) {
                call(Step.CHECK_ADDRESS, "GetExternalIPAddress", Map.of(), nowNanos);
            } else {
                stop(State.FAILED);
            }
        } else if (result.error() < 0) {
            failed(nowNanos);
        } else {
            portsTried = 0;
            add(nowNanos); // it was forgotten
        }
    }

    private void addressChecked(Soap.Result result, long nowNanos) {
        Inet4Address address = address(result);
        if (address == null) {
            failed(nowNanos);
        } else {
            failures = 0;
            external = address;
            lease.checked(nowNanos);
        }
    }

    @Override
    public void release(long nowNanos) {
        lease.end();
        if (state == State.MAPPED || state == State.MAPPING) {
            state = State.RELEASING;
            call(Step.DELETE, "DeletePortMapping", entry(), nowNanos);
        } else if (state != State.RELEASING) {
            stop(State.IDLE);
        }
    }

    @Override
    public void onTimeout(long nowNanos) {
        if (nowNanos >= giveUpNanos) {
            answered(null, nowNanos);
        } else if (state == State.MAPPED && lease.isOver(nowNanos)) {
            stop(State.FAILED);
        } else if (step == Step.SEARCH && attempts.isDue(nowNanos)) {
            search(nowNanos);
        } else if (state == State.MAPPED && step == Step.NONE) {
            if (lease.isToBeRenewed(nowNanos)) {
                portsTried = 0;
                add(nowNanos);
            } else if (lease.isToBeChecked(nowNanos)) {
                check(nowNanos);
            }
        }
    }

    @Override
    public long nextDeadlineNanos() {
        return switch (step) {
            case NONE -> lease.nextDeadlineNanos();
            case SEARCH -> attempts.nextDeadlineNanos();
            default -> Math.min(giveUpNanos, lease.expiresNanos());
        };
    }

    private void call(Step next, String action, Map<String, String> arguments, long nowNanos) {
        Service service = services.get(0);
        exchange(next, service.control().server(), Soap.call(service, action, arguments), nowNanos);
    }

    private void exchange(Step next, InetSocketAddress server, ByteBuffer request, long nowNanos) {
        step = next;
        giveUpNanos = nowNanos + EXCHANGE_NANOS;
        output.exchange(server, request);
    }

    private void stop(State end) {
        state = end;
        step = Step.NONE;
        giveUpNanos = Long.MAX_VALUE;
        attempts.end();
        lease.end();
    }
}
