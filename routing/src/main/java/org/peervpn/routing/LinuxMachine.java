package org.peervpn.routing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.peervpn.routing.Operation.Link;
import org.peervpn.routing.Operation.NftTable;
import org.peervpn.routing.Operation.Sysctl;

/** A Linux machine, changed by {@code ip}, {@code nft} and /proc/sys. Edge. */
final class LinuxMachine implements Machine {

    private static final long OWNER_END_MILLIS = 3_000;
    private static final long OWNER_POLL_MILLIS = 20;

    private final String ip;
    private final String nft;
    private final String setsid;
    private final String setpriv;
    private final String ownInterface;
    private final Runnable onChange;
    private final LinuxObserver observer;
    private @Nullable NftOwner owner; // null while no table of ours is needed
    private @Nullable NetworkMonitor monitor; // null before the first look

    /** @param onChange called by any thread when something may have changed that others can change */
    LinuxMachine(String ownInterface, Runnable onChange) throws RouterException {
        this.ip = Command.find("ip", "iproute2");
        this.nft = Command.find("nft", "nftables");
        this.setsid = Command.find("setsid", "util-linux");
        this.setpriv = Command.find("setpriv", "util-linux");
        this.ownInterface = ownInterface;
        this.onChange = onChange;
        this.observer = new LinuxObserver(ip, ownInterface);
    }

    @Override
    public MachineFacts observe() throws RouterException {
        return observer.observe();
    }

    @Override
    public Sessions sessions() throws RouterException {
        return observer.sessions();
    }

    @Override
    public Map<String, Integer> before(Operation operation) throws RouterException {
        if (!(operation instanceof Sysctl sysctl)) {
            return Map.of();
        }
        Map<String, Integer> values = new TreeMap<>(Sysctls.read(sysctl.path()));
        if (values.getOrDefault(sysctl.path(), sysctl.value()) != sysctl.value()) {
            for (String sideEffect : LinuxObserver.sideEffects(sysctl.path())) {
                values.putAll(Sysctls.read(sideEffect));
            }
        }
        return values;
    }

    @Override
    public void perform(List<Operation> operations) throws RouterException {
        List<Operation> waiting = new ArrayList<>();
        for (Operation operation : operations) {
            if (IpBatch.isIp(operation)) {
                waiting.add(operation);
                continue;
            }
            performIp(waiting);
            waiting.clear();
            if (operation instanceof Sysctl sysctl) {
                if (Sysctls.value(sysctl.path()) != sysctl.value()) {
                    Sysctls.write(sysctl.path(), sysctl.value());
                }
            } else if (operation instanceof NftTable table) {
                nftOwner().replace(table.name(), table.text());
            }
        }
        performIp(waiting);
    }

    /** One child per family: a batch of rules is of one. */
    private void performIp(List<Operation> operations) throws RouterException {
        for (List<Operation> family : byFamily(operations)) {
            List<Operation> rest = family;
            while (!rest.isEmpty()) {
                Command.Result result = ip(rest, IpBatch.perform(rest), false);
                List<IpBatch.Failure> failures = IpBatch.failures(result.errors());
                if (result.succeeded()) {
                    break;
                }
                IpBatch.Failure failure = failures.isEmpty()
                        ? new IpBatch.Failure(1, result.errors().strip())
                        : failures.get(0);
                Operation failed = rest.get(Math.min(failure.line(), rest.size()) - 1);
                // Only rules can be there already, and only ours look like it.
                if (!(failed instanceof Operation.Rule && failure.isThereAlready())) {
                    throw new RouterException("cannot set " + failed.key() + ": " + failure.message(), null);
                }
                rest = rest.subList(failure.line(), rest.size());
            }
        }
    }

    @Override
    public List<Failure> undo(List<Change> changes) {
        List<Failure> failures = new ArrayList<>();
        List<Change> waiting = new ArrayList<>();
        for (Change change : changes) {
            if (IpBatch.isIp(change.operation())) {
                waiting.add(change);
                continue;
            }
            failures.addAll(undoIp(waiting));
            waiting.clear();
            try {
                if (change.operation() instanceof Sysctl sysctl) {
                    restore(sysctl, change.sortedBefore());
                } else if (change.operation() instanceof NftTable table) {
                    remove(table.name());
                }
            } catch (RouterException e) {
                failures.add(new Failure(change, String.valueOf(e.getMessage())));
            }
        }
        failures.addAll(undoIp(waiting));
        return failures;
    }

    private List<Failure> undoIp(List<Change> changes) {
        Map<Operation, Change> byOperation =
                changes.stream().collect(Collectors.toMap(Change::operation, change -> change, (a, b) -> b));
        List<Operation> operations = changes.stream()
                .map(Change::operation)
                .filter(operation -> !(operation instanceof Link))
                .distinct()
                .toList();
        List<Failure> failures = new ArrayList<>();
        for (List<Operation> family : byFamily(operations)) {
            try {
                Command.Result result = ip(family, IpBatch.undo(family), true);
                List<IpBatch.Failure> said = IpBatch.failures(result.errors());
                if (!result.succeeded() && said.isEmpty()) {
                    throw new RouterException("ip failed: " + result.errors().strip(), null);
                }
                for (IpBatch.Failure failure : said) {
                    Operation failed = family.get(Math.min(failure.line(), family.size()) - 1);
                    Change change = byOperation.get(failed);
                    if (change != null && !failure.isGone()) {
                        failures.add(new Failure(change, failed.key() + ": " + failure.message()));
                    }
                }
            } catch (RouterException e) {
                family.stream()
                        .map(byOperation::get)
                        .filter(change -> change != null)
                        .forEach(change -> failures.add(new Failure(change, String.valueOf(e.getMessage()))));
            }
        }
        return failures;
    }

    private Command.Result ip(List<Operation> family, String lines, boolean goOn) throws RouterException {
        List<String> command = new ArrayList<>(List.of(ip, IpBatch.isIpv4(family.get(0)) ? "-4" : "-6"));
        if (goOn) {
            command.add("-force");
        }
        command.addAll(List.of("-batch", "-"));
        return Command.run(command, lines);
    }

    private static List<List<Operation>> byFamily(List<Operation> operations) {
        return List.copyOf(
                operations.stream()
                        .collect(Collectors.partitioningBy(operation -> !IpBatch.isIpv4(operation)))
                        .values()
                        .stream()
                        .filter(family -> !family.isEmpty())
                        .toList());
    }

    /** What somebody else has changed since is theirs; what the kernel changed along with ours is put back. */
    private static void restore(Sysctl sysctl, Map<String, Integer> before) throws RouterException {
        String path = sysctl.path();
        Integer old = before.get(path);
        if (old == null || !Sysctls.exists(path)) {
            return; // it went with its interface
        }
        int now = Sysctls.value(path);
        if (now == sysctl.value() && now != old) {
            Sysctls.write(path, old);
        } else if (now != old) {
            return;
        }
        for (Map.Entry<String, Integer> other : before.entrySet()) {
            if (Sysctls.exists(other.getKey()) && Sysctls.value(other.getKey()) != other.getValue()) {
                Sysctls.write(other.getKey(), other.getValue());
            }
        }
    }

    /** Ours goes by our child. One of a killed node goes by itself, as soon as its child has seen the end of its input. */
    private void remove(String table) throws RouterException {
        NftOwner current = owner;
        if (current != null && current.owns(table)) {
            current.delete(table);
            current.close();
            owner = null;
            return;
        }
        for (long waited = 0; exists(table); waited += OWNER_POLL_MILLIS) {
            if (waited > OWNER_END_MILLIS) {
                throw new RouterException(
                        "the nftables table " + table + " belongs to a process that still runs: end its nft -i", null);
            }
            sleep();
        }
    }

    private boolean exists(String table) throws RouterException {
        return Command.run(List.of(nft, "list", "table", "inet", table), "").succeeded();
    }

    private static void sleep() throws RouterException {
        try {
            TimeUnit.MILLISECONDS.sleep(OWNER_POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RouterException("interrupted", e);
        }
    }

    private NftOwner nftOwner() throws RouterException {
        NftOwner current = owner;
        if (current == null || !current.isAlive()) {
            current = NftOwner.start(nft, setsid, onChange);
            owner = current;
        }
        return current;
    }

    @Override
    public Set<Operation> lost(Collection<Operation> done) throws RouterException {
        Set<Operation> lost = new LinkedHashSet<>();
        Set<Operation> there = hasReasonToLook() ? observer.inventory() : null;
        for (Operation operation : done) {
            boolean isSo = true;
            if (operation instanceof NftTable table) {
                isSo = owner != null && owner.owns(table.name());
            } else if (operation instanceof Sysctl sysctl) {
                isSo = !Sysctls.exists(sysctl.path()) || Sysctls.value(sysctl.path()) == sysctl.value();
            } else if (there != null) {
                isSo = there.contains(operation);
            }
            if (!isSo) {
                lost.add(operation);
            }
        }
        return lost;
    }

    /** A look takes several children, so there has to be a reason; without a monitor, nobody would tell. */
    private boolean hasReasonToLook() throws RouterException {
        NetworkMonitor current = monitor;
        if (current != null && current.isAlive()) {
            return current.takeSuspicion();
        }
        monitor = NetworkMonitor.start(ip, setpriv, ownInterface, onChange);
        return true;
    }

    @Override
    public void close() {
        if (monitor != null) {
            monitor.close();
            monitor = null;
        }
        if (owner != null) {
            owner.close();
            owner = null;
        }
    }
}
