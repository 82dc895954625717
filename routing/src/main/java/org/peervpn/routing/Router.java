package org.peervpn.routing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.peervpn.routing.Change.Policy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the machine be as {@link RouterConfig} says, and puts it back. Called by one thread. May block. */
public final class Router implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Router.class);

    private static final String INHERITED_FORWARDING = "net/ipv6/conf/default/forwarding";
    private static final Pattern IPV6_FORWARDING = Pattern.compile("net/ipv6/conf/.+/forwarding");

    private static final int MAX_NAMED = 3;

    private final RouterSetup setup;
    private final Machine machine;
    private final Journal journal;
    private final List<Change> kept; // of an earlier run, to stay

    private Map<String, Change> applied = new LinkedHashMap<>(); // by key, in the order of the plan
    private final Set<Operation> lost = new LinkedHashSet<>(); // of those applied; somebody else has undone them
    private @Nullable Sessions sessions; // null while no exit is in use
    private List<String> warnings = List.of();

    private Router(RouterSetup setup, Machine machine, Journal journal, List<Change> kept) {
        this.setup = setup;
        this.machine = machine;
        this.journal = journal;
        this.kept = kept;
    }

    /**
     * Repairs what a killed node left behind for the same setup, then is ready.
     *
     * @param onChange called by any thread, and often, when {@link Uplinks} may differ or {@link #intact()} may be false
     */
    public static Router open(RouterSetup setup, Runnable onChange) throws RouterException {
        return open(setup, new LinuxMachine(setup.interfaceName(), onChange), Journal.of(setup));
    }

    static Router open(RouterSetup setup, Machine machine, Journal journal) throws RouterException {
        repair(machine, journal);
        return new Router(setup, machine, journal, journal.read());
    }

    /** Undoes what a killed node left behind; returns how many changes were undone. */
    public static int repair(RouterSetup setup) throws RouterException {
        try (Machine machine = new LinuxMachine(setup.interfaceName(), () -> {})) {
            return repair(machine, Journal.of(setup));
        }
    }

    private static int repair(Machine machine, Journal journal) throws RouterException {
        List<Change> left = journal.read();
        List<Change> toUndo = reversed(
                left.stream().filter(change -> change.policy() == Policy.UNDO).toList());
        List<Machine.Failure> failures = machine.undo(toUndo);
        Set<Change> failed = failures.stream().map(Machine.Failure::change).collect(Collectors.toSet());
        journal.replace(left.stream()
                .filter(change -> change.policy() == Policy.KEEP || failed.contains(change))
                .toList());
        if (!failures.isEmpty()) {
            throw new RouterException(
                    "cannot undo what an earlier run left behind: "
                            + failures.get(0).reason(),
                    null);
        }
        return toUndo.size();
    }

    /**
     * Only the differences to what was applied before are carried out; twice the same changes nothing. Looks at the machine
     * anew: call it again with the same config when {@link Uplinks} differ or {@link #intact()} is false. If it fails, the
     * machine is as before the call.
     */
    public void apply(RouterConfig wanted) throws RouterException {
        findLost();
        Sessions open = Sessions.NONE;
        if (wanted.usingExit() != null) {
            open = sessions == null ? machine.sessions() : sessions;
        }
        LinuxPlan plan = LinuxPlan.of(setup, withoutUs(machine.observe()), open, wanted);
        carryOut(plan.operations());
        sessions = wanted.usingExit() == null ? null : open;
        plan.warnings().stream().filter(warning -> !warnings.contains(warning)).forEach(LOG::warn);
        warnings = plan.warnings();
    }

    /** What the operator may not expect of the last applied state, one line each; has been logged. */
    public List<String> warnings() {
        return warnings;
    }

    /** False if somebody else has undone something of ours; {@link #apply} does it again. */
    public boolean intact() throws RouterException {
        findLost();
        return lost.isEmpty();
    }

    private void findLost() throws RouterException {
        Set<Operation> found =
                machine.lost(applied.values().stream().map(Change::operation).toList());
        found.removeAll(lost);
        if (!found.isEmpty()) {
            LOG.warn(
                    "{} of this node's settings of the machine were undone by somebody else, and are made again: {}",
                    found.size(),
                    found.stream().limit(MAX_NAMED).map(Operation::key).collect(Collectors.joining(", ")));
            lost.addAll(found);
        }
    }

    @Override
    public void close() {
        putBack();
    }

    /**
     * Puts everything back. Never throws: what could not be put back is logged and stays in the journal.
     *
     * @return how many changes that is
     */
    public int putBack() {
        List<Machine.Failure> failures = machine.undo(reversed(applied.values()));
        machine.close();
        applied = new LinkedHashMap<>();
        failures.forEach(failure -> applied.put(failure.change().operation().key(), failure.change()));
        try {
            journal.replace(journalled());
        } catch (RouterException e) {
            LOG.warn("{}", e.getMessage());
        }
        if (!failures.isEmpty()) {
            LOG.warn(
                    "could not put back {} of the machine's settings (try peervpn --repair): {}",
                    failures.size(),
                    failures.get(0).reason());
        }
        applied = new LinkedHashMap<>();
        return failures.size();
    }

    /** The new before the old goes, so that no packet finds a gap. */
    private void carryOut(List<Operation> wanted) throws RouterException {
        Map<String, Change> next = new LinkedHashMap<>();
        List<Change> fresh = new ArrayList<>();
        for (Operation operation : wanted) {
            Change old = applied.get(operation.key());
            if (old != null && old.operation().equals(operation)) {
                next.put(operation.key(), old);
            } else {
                Map<String, Integer> before = old == null ? machine.before(operation) : old.before();
                Change change = new Change(operation, Policy.UNDO, before);
                next.put(operation.key(), change);
                fresh.add(change);
            }
        }
        List<Change> gone = reversed(applied.values().stream()
                .filter(change -> !next.containsKey(change.operation().key()))
                .toList());
        Set<Operation> todo = fresh.stream().map(Change::operation).collect(Collectors.toSet());
        todo.addAll(lost);
        List<Operation> inOrder = wanted.stream().filter(todo::contains).toList();
        if (inOrder.isEmpty() && gone.isEmpty()) {
            lost.clear();
            return;
        }
        try {
            if (!fresh.isEmpty()) {
                journal.append(fresh);
            }
            machine.perform(inOrder);
            lost.clear();
        } catch (RouterException e) {
            rollBack(fresh);
            throw e;
        }
        List<Machine.Failure> failures = machine.undo(gone);
        applied = next;
        for (Machine.Failure failure : failures) {
            LOG.warn("could not put back {}", failure.reason());
            applied.put(failure.change().operation().key(), failure.change());
        }
        try {
            journal.replace(journalled());
        } catch (RouterException e) {
            // It says all that has to be undone, and more; to undo what is gone does no harm.
            LOG.debug("{}", e.getMessage());
        }
    }

    private void rollBack(List<Change> fresh) {
        List<Change> added = fresh.stream()
                .filter(change -> !applied.containsKey(change.operation().key()))
                .toList();
        List<Operation> replaced = fresh.stream()
                .map(change -> applied.get(change.operation().key()))
                .filter(old -> old != null)
                .map(Change::operation)
                .toList();
        List<Machine.Failure> failures = machine.undo(reversed(added));
        failures.forEach(failure -> applied.put(failure.change().operation().key(), failure.change()));
        try {
            machine.perform(replaced);
            journal.replace(journalled());
        } catch (RouterException e) {
            LOG.warn("could not go back: {}", e.getMessage());
        }
    }

    private List<Change> journalled() {
        List<Change> changes = new ArrayList<>(kept);
        changes.addAll(applied.values());
        return changes;
    }

    /** The plan asks what the machine would be like without what we have set. */
    private MachineFacts withoutUs(MachineFacts facts) {
        Map<String, Integer> sysctls = new HashMap<>(facts.sysctls());
        // The oldest last: it saw the value that was there before all of ours.
        for (Change change : reversed(applied.values())) {
            Integer inherited = change.before().get(INHERITED_FORWARDING);
            if (inherited != null) {
                // An interface that came since forwarding was switched on has inherited ours.
                sysctls.replaceAll(
                        (path, value) -> IPV6_FORWARDING.matcher(path).matches() ? inherited : value);
            }
            sysctls.putAll(change.before());
        }
        return new MachineFacts(
                facts.ipv6(), facts.onLink(), facts.routes(), facts.siblings(), facts.uplinks(), Map.copyOf(sysctls));
    }

    private static List<Change> reversed(Collection<Change> changes) {
        List<Change> reversed = new ArrayList<>(changes);
        Collections.reverse(reversed);
        return reversed;
    }
}
