package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.testnat.BadInputIT.FAILED;
import static org.peervpn.testnat.BadInputIT.NEEDS_ROOT;
import static org.peervpn.testnat.BadInputIT.PATIENCE;
import static org.peervpn.testnat.BadInputIT.assertRefused;
import static org.peervpn.testnat.BadInputIT.command;
import static org.peervpn.testnat.BadInputIT.home;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a node may do, whose files it makes, and who may talk to it. */
@ExtendWith(LabExtension.class)
class PrivilegesIT {
    private static final String NET_ADMIN = "0000000000001000";
    private static final String NET_ADMIN_AND_BIND = "0000000000001400";

    @ParameterizedTest
    @CsvSource({"ROOT, " + NET_ADMIN_AND_BIND, "SUDO, " + NET_ADMIN_AND_BIND, "CAPABLE, " + NET_ADMIN})
    void noThreadAndNoChildHasMorePrivilegesThanItNeeds(Account account, String capabilities, Lab lab)
            throws IOException {
        Host host = host(lab, account);

        RunningProcess node = startReady(account, host);

        List<ProcessHandle> children =
                ProcessHandle.of(node.pid()).orElseThrow().children().toList();
        assertThat(children).as("the owner of the firewall table").isNotEmpty();
        List<String> statuses = new ArrayList<>(statuses(node.pid()));
        assertThat(statuses).as("threads").hasSizeGreaterThan(10);
        for (ProcessHandle child : children) {
            statuses.addAll(statuses(child.pid()));
        }
        String ids = String.join("\t", "" + account.id(), "" + account.id(), "" + account.id(), "" + account.id());
        assertThat(statuses)
                .allSatisfy(status -> assertThat(status)
                        .contains(
                                "CapEff:\t" + capabilities,
                                "CapPrm:\t" + capabilities,
                                "NoNewPrivs:\t1",
                                "Uid:\t" + ids)
                        .contains("Gid:\t" + ids));
        if (account != Account.CAPABLE) { // that user cannot give up what it never had
            assertThat(statuses).allSatisfy(status -> assertThat(status).contains("CapBnd:\t" + capabilities));
        }
        assertThat(Files.readString(Path.of("/proc/" + node.pid() + "/limits")))
                .as("no core dumps, also not by a program that collects them")
                .containsPattern("Max core file size +[01] +[01] +bytes");
    }

    @ParameterizedTest
    @EnumSource(names = {"SUDO", "CAPABLE"})
    void machineIsAsBefore(Account account, Lab lab) throws IOException {
        Host host = host(lab, account);
        MachineState before = host.state();

        RunningProcess node = startReady(account, host);
        account.call(host, "--status").orThrow();
        account.call(host, "--down").orThrow();
        assertThat(node.awaitExit(PATIENCE)).isZero();
        assertThat(host.state().differencesFrom(before)).as("after --down").isEmpty();

        RunningProcess killed = startReady(account, host);
        killed.signal("KILL");
        killed.awaitExit(PATIENCE);
        assertThat(host.state().differencesFrom(before)).as("after a kill").isNotEmpty();
        assertThat(account.call(host, "--repair").orThrow().output()).contains("Repaired");
        assertThat(host.state().differencesFrom(before)).as("after --repair").isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"SUDO", "CAPABLE"})
    void filesOfAUsersNodeAreTheUsers(Account account, Lab lab) throws IOException {
        Host host = host(lab, account);

        startReady(account, host);

        Path home = home(host);
        List<Path> paths = new ArrayList<>(List.of(home, home.resolve("state")));
        for (String name : new String[] {"private.key", "node.lock", "control.sock"}) {
            paths.add(home.resolve(name));
        }
        try (DirectoryStream<Path> journals = Files.newDirectoryStream(home.resolve("state"), "*.journal")) {
            journals.forEach(paths::add);
        }
        assertThat(paths).as("with a journal").hasSize(6);
        for (Path path : paths) {
            assertThat(Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS))
                    .as(path.toString())
                    .isEqualTo(account.id());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .as(path.toString())
                    .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
        }
        for (String ofRoot : new String[] {"run/peervpn", "var/lib/peervpn"}) {
            assertThat(host.directory().resolve(ofRoot)).isEmptyDirectory();
        }
    }

    @Test
    void nodeOfAUserObeysTheUserAndRootOnly(Lab lab) throws IOException {
        Host host = host(lab, Account.CAPABLE);
        startReady(Account.CAPABLE, host);

        Account.PLAIN.call(host, "--status").orThrow();
        Account.SUDO.call(host, "--status").orThrow();
        Account.ROOT.call(host, "--status").orThrow();
        assertRefused(Account.STRANGER.call(host, "--status"), FAILED, "cannot be entered: permission denied");
        assertRefused(Account.SUDO.call(host, "--exit"), FAILED, "a node is already running in");
        assertRefused(Account.ROOT.call(host, "--repair"), FAILED, "a node is already running in");

        Files.setPosixFilePermissions(home(host), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused(Account.STRANGER.call(host, "--down"), FAILED, "may not talk to the running node");
        assertRefused(Account.STRANGER.call(host, "--info"), FAILED, "may not talk to the running node");
        // Whatever the socket's mode says, the kernel tells who calls.
        Files.setPosixFilePermissions(home(host).resolve("control.sock"), PosixFilePermissions.fromString("rw-rw-rw-"));
        assertRefused(Account.STRANGER.call(host, "--down"), FAILED, "may not talk to the running node");

        Account.PLAIN.call(host, "--down").orThrow();
    }

    @Test
    void otherUsersHomeIsNotUsed(Lab lab) throws IOException {
        Host host = host(lab, Account.STRANGER);
        Files.createDirectory(home(host));
        Files.setAttribute(home(host), "unix:uid", Account.STRANGER.id());
        Files.setPosixFilePermissions(home(host), PosixFilePermissions.fromString("rwxrwxrwx"));

        for (String mode : new String[] {"--exit", "--info", "--repair"}) {
            assertRefused(
                    Account.CAPABLE.call(host, mode), FAILED, "belongs to user " + Account.STRANGER.id() + ", but");
        }

        assertThat(home(host)).isEmptyDirectory();
    }

    @Test
    void linkInThePlaceOfTheHomeLeadsRootNowhere(Lab lab) throws IOException {
        Host host = host(lab, Account.SUDO);
        Path elsewhere = Files.createDirectory(host.directory().resolve("elsewhere"));
        Files.createSymbolicLink(home(host), elsewhere);
        Files.setAttribute(home(host), "unix:uid", Account.SUDO.id(), LinkOption.NOFOLLOW_LINKS);

        for (Account account : new Account[] {Account.SUDO, Account.ROOT}) {
            assertRefused(account.call(host, "--exit"), FAILED, "belongs to user 0, but");
        }

        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void whatIsMissingIsNamed(Lab lab) throws IOException {
        Host host = host(lab, Account.ROOT);
        MachineState before = host.state();

        assertRefused(Account.PLAIN.call(host, "--exit"), NEEDS_ROOT, "needs root or CAP_NET_ADMIN");
        List<String> rootOfAContainer = List.of("setpriv", "--bounding-set=-net_admin");
        for (String mode : new String[] {"--exit", "--repair"}) {
            assertRefused(
                    host.exec(PATIENCE, command(rootOfAContainer, host, mode)), NEEDS_ROOT, "--cap-add=NET_ADMIN");
        }
        host.exec(PATIENCE, command(rootOfAContainer, host, "--info")).orThrow();

        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    private static RunningProcess startReady(Account account, Host host) {
        RunningProcess node = account.start(host, "--exit");
        node.awaitLine("^Ready\\.$", PATIENCE);
        return node;
    }

    /** Of every thread. */
    private static Set<String> statuses(long pid) throws IOException {
        Set<String> statuses = new TreeSet<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads.toList()) {
                statuses.add(Files.readString(thread.resolve("status")));
            }
        }
        return statuses;
    }

    private static Host host(Lab lab, Account account) throws IOException {
        Host host = lab.add(SitePlan.of("host", NatType.PUBLIC)).host();
        account.owning(home(host));
        return host;
    }
}
