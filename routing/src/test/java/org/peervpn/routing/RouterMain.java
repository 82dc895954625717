package org.peervpn.routing;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Routers in a process of their own, which tests run inside a network namespace. Obeys lines on standard input, and answers
 * each with one:
 *
 * <pre>
 * open [N]     a router; with N it dies before its Nth operation
 * repair [N]   without a router
 * close        the router puts the machine back
 * die          as if the process were killed: nothing is put back, its children end
 * intact       whether the router misses anything
 * other words  the wanted state
 * </pre>
 */
final class RouterMain {

    private static final List<Cidr> ADDRESSES =
            List.of(Cidr.parse("100.64.0.1/32"), Cidr.parse("fd70:6565:7276::1/128"));
    private static final List<Cidr> PEERS =
            List.of(Cidr.parse("100.64.0.2/32"), Cidr.parse("100.64.0.3/32"), Cidr.parse("fd70:6565:7276::2/128"));
    private static final RouterConfig.ExitUse EXIT = new RouterConfig.ExitUse(
            List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")), List.of(Cidr.parse("203.0.113.77/32")));

    private final RouterSetup setup;
    private @Nullable Router router; // null before it is opened and after it has died
    private @Nullable Mortal machine;

    private RouterMain(RouterSetup setup) {
        this.setup = setup;
    }

    public static void main(String[] arguments) throws Exception {
        RouterMain main = new RouterMain(new RouterSetup(arguments[0], Path.of(arguments[1]), Path.of(arguments[2])));
        PrintStream answers = System.out;
        System.setOut(System.err); // where the log belongs
        answers.println(main.answer("open"));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null) {
            answers.println(main.answer(line));
            line = lines.readLine();
        }
    }

    private String answer(String line) {
        try {
            return obey(line);
        } catch (RouterException e) {
            return "failed " + e.getMessage();
        } catch (Death e) {
            die();
            return "died";
        }
    }

    private String obey(String line) throws RouterException {
        String[] words = line.split(" ", -1);
        int lifetime = words.length > 1 && words[1].matches("\\d+") ? Integer.parseInt(words[1]) : Integer.MAX_VALUE;
        switch (words[0]) {
            case "open" -> {
                router = Router.open(setup, newMachine(lifetime), Journal.of(setup));
                return "ready";
            }
            case "repair" -> {
                Router.open(setup, newMachine(lifetime), Journal.of(setup));
                die();
                return "repaired";
            }
            case "die" -> die();
            case "intact" -> {
                return "intact " + router().intact();
            }
            case "close" -> router().close();
            default -> router().apply(config(line));
        }
        return "done " + (router == null ? "" : router.warnings());
    }

    private Router router() {
        if (router == null) {
            throw new IllegalStateException("no router is open");
        }
        return router;
    }

    private Machine newMachine(int lifetime) throws RouterException {
        machine = new Mortal(new LinuxMachine(setup.interfaceName(), () -> {}), lifetime);
        return machine;
    }

    /** The children end with their parent. */
    private void die() {
        if (machine != null) {
            machine.machine.close();
        }
        machine = null;
        router = null;
    }

    static RouterConfig config(String name) {
        return new RouterConfig(1420, ADDRESSES, PEERS, name.contains("exit"), name.contains("client") ? EXIT : null);
    }

    /** The end of the process, for whoever is in it. */
    private static final class Death extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Lives for so many operations. */
    private static final class Mortal implements Machine {
        private final Machine machine;
        private int left;

        Mortal(Machine machine, int left) {
            this.machine = machine;
            this.left = left;
        }

        /** How many of them it lives to do. */
        private int lived(int operations) {
            int lived = Math.min(left, operations);
            left -= lived;
            return lived;
        }

        private void liveOn(boolean all) {
            if (!all) {
                throw new Death();
            }
        }

        @Override
        public void perform(List<Operation> operations) throws RouterException {
            int lived = lived(operations.size());
            machine.perform(operations.subList(0, lived));
            liveOn(lived == operations.size());
        }

        @Override
        public List<Failure> undo(List<Change> changes) {
            int lived = lived(changes.size());
            List<Failure> failures = machine.undo(changes.subList(0, lived));
            liveOn(lived == changes.size());
            return failures;
        }

        @Override
        public MachineFacts observe() throws RouterException {
            return machine.observe();
        }

        @Override
        public Sessions sessions() throws RouterException {
            return machine.sessions();
        }

        @Override
        public Map<String, Integer> before(Operation operation) throws RouterException {
            return machine.before(operation);
        }

        @Override
        public Set<Operation> lost(Collection<Operation> done) throws RouterException {
            return machine.lost(done);
        }

        @Override
        public void close() {
            liveOn(lived(1) == 1);
            machine.close();
        }
    }
}
