package org.peervpn.routing;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A router in a process of its own, which tests run inside a network namespace. Obeys lines on standard input, and answers
 * each with one.
 *
 * <p>With a fourth argument N it is killed before its Nth operation.
 */
final class RouterMain {

    private static final List<Cidr> ADDRESSES =
            List.of(Cidr.parse("100.64.0.1/32"), Cidr.parse("fd70:6565:7276::1/128"));
    private static final List<Cidr> PEERS =
            List.of(Cidr.parse("100.64.0.2/32"), Cidr.parse("100.64.0.3/32"), Cidr.parse("fd70:6565:7276::2/128"));
    private static final RouterConfig.ExitUse EXIT = new RouterConfig.ExitUse(
            List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")), List.of(Cidr.parse("203.0.113.77/32")));

    private RouterMain() {}

    public static void main(String[] arguments) throws Exception {
        RouterSetup setup = new RouterSetup(arguments[0], Path.of(arguments[1]), Path.of(arguments[2]));
        Machine machine = new LinuxMachine(setup.interfaceName());
        Router router = Router.open(
                setup,
                arguments.length > 3 ? new Mortal(machine, Integer.parseInt(arguments[3])) : machine,
                Journal.of(setup));
        System.out.println("ready");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null) {
            try {
                if (line.equals("close")) {
                    router.close();
                } else {
                    router.apply(config(line));
                }
                System.out.println("done " + router.warnings());
            } catch (RouterException e) {
                System.out.println("failed " + e.getMessage());
            }
            line = lines.readLine();
        }
    }

    static RouterConfig config(String name) {
        return new RouterConfig(1420, ADDRESSES, PEERS, name.contains("exit"), name.contains("client") ? EXIT : null);
    }

    /** Does one operation after the other, until its time has come. */
    private static final class Mortal implements Machine {
        private final Machine machine;
        private int left;

        Mortal(Machine machine, int left) {
            this.machine = machine;
            this.left = left;
        }

        private void live() {
            if (left-- == 0) {
                Runtime.getRuntime().halt(9);
            }
        }

        @Override
        public void perform(List<Operation> operations) throws RouterException {
            for (Operation operation : operations) {
                live();
                machine.perform(List.of(operation));
            }
        }

        @Override
        public List<Failure> undo(List<Change> changes) {
            List<Failure> failures = new ArrayList<>();
            for (Change change : changes) {
                live();
                failures.addAll(machine.undo(List.of(change)));
            }
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
        public boolean ownsNftTable() {
            return machine.ownsNftTable();
        }

        @Override
        public void close() {
            machine.close();
        }
    }
}
