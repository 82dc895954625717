package org.peervpn.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.routing.Change.Policy;
import org.peervpn.routing.JournalText.Header;
import org.peervpn.routing.Operation.Address;
import org.peervpn.routing.Operation.Family;
import org.peervpn.routing.Operation.Link;
import org.peervpn.routing.Operation.NftTable;
import org.peervpn.routing.Operation.Route;
import org.peervpn.routing.Operation.Rule;
import org.peervpn.routing.Operation.Sysctl;
import org.peervpn.routing.Operation.Way;

class JournalTest {

    private static final Header HEADER = new Header("boot", "/root/.peervpn", "net:[1]", "peervpn0");
    private static final RouterSetup SETUP = new RouterSetup("peervpn0", Path.of("/"), Path.of("/"));
    private static final List<Change> CHANGES = List.of(
            undo(new Link("peervpn0", 1420)),
            undo(new Address("peervpn0", Cidr.parse("fd70::1"))),
            undo(new Route(SETUP.exitTable(), Cidr.parse("10.0.0.0/8"), Way.THROW, "peervpn0")),
            undo(new Rule(Family.IPV6, SETUP.exitPriority(), SETUP.exitTable())),
            new Change(new NftTable("peervpn_peervpn0", ""), Policy.KEEP, Map.of()),
            new Change(
                    new Sysctl("net/ipv4/ip_forward", 1),
                    Policy.UNDO,
                    Map.of("net/ipv4/ip_forward", 0, "net/ipv4/conf/eth0.7/forwarding", 1)));

    @TempDir
    private Path directory;

    @Test
    void whatWasWrittenIsRead() throws Exception {
        Journal journal = Journal.at(directory.resolve("state"), HEADER);
        assertThat(journal.read()).isEmpty();

        journal.append(CHANGES.subList(0, 2));
        journal.append(CHANGES.subList(2, CHANGES.size()));

        assertThat(journal.read()).isEqualTo(CHANGES);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(journal.file())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("state"))))
                .isEqualTo("rwx------");
        journal.replace(CHANGES.subList(3, 5));
        assertThat(journal.read()).isEqualTo(CHANGES.subList(3, 5));
        journal.replace(List.of());
        assertThat(directory.resolve("state")).isEmptyDirectory();
    }

    @Test
    void textOfTheFirewallIsNotWritten() {
        assertThat(JournalText.line(undo(new NftTable("peervpn_peervpn0", "table inet filter"))))
                .isEqualTo("""
                        {"operation":{"kind":"nft","name":"peervpn_peervpn0","text":""},"policy":"UNDO","before":{}}
                        """);
    }

    @Test
    void everyCrashWhileWritingLeavesWhatWasWrittenBefore() throws Exception {
        String text = text();
        for (int length = 0; length <= text.length(); length++) {
            String part = text.substring(0, length);
            int complete =
                    (int) part.chars().filter(character -> character == '\n').count();
            assertThat(JournalText.changes(part, HEADER)).isEqualTo(CHANGES.subList(0, Math.max(0, complete - 1)));
        }
    }

    @Test
    void changesOfAnEarlierBootAreGone() throws Exception {
        Header next = new Header("next boot", HEADER.home(), HEADER.network(), HEADER.interfaceName());
        assertThat(JournalText.changes(text() + "nonsense\n", next)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "{}",
                "null",
                "{\"operation\":{\"kind\":\"command\",\"line\":\"rm\"},\"policy\":\"UNDO\",\"before\":{}}",
                "{\"operation\":{\"kind\":\"link\",\"device\":\"peervpn0\",\"mtu\":1420},\"policy\":\"MAYBE\",\"before\":{}}",
                "{\"operation\":{\"kind\":\"link\",\"device\":\"a b\",\"mtu\":1420},\"policy\":\"UNDO\",\"before\":{}}",
                "{\"operation\":{\"kind\":\"link\",\"device\":\"-x\",\"mtu\":1420},\"policy\":\"UNDO\",\"before\":{}}",
                "{\"operation\":{\"kind\":\"link\",\"device\":\"x\",\"mtu\":1.5},\"policy\":\"UNDO\",\"before\":{}}",
                "{\"operation\":{\"kind\":\"link\",\"device\":\"x\",\"mtu\":1420},\"policy\":\"UNDO\",\"before\":{}} {}",
                "{\"operation\":{\"kind\":\"link\",\"device\":\"x\",\"mtu\":1420},\"policy\":\"UNDO\"}",
                "{\"operation\":{\"kind\":\"nft\",\"name\":\"filter\",\"text\":\"\"},\"policy\":\"UNDO\",\"before\":{}}",
                "{\"operation\":{\"kind\":\"sysctl\",\"path\":\"kernel/panic\",\"value\":1},\"policy\":\"UNDO\",\"before\":{}}",
                "{\"operation\":{\"kind\":\"sysctl\",\"path\":\"net/ipv4/conf/../forwarding\",\"value\":1},"
                        + "\"policy\":\"UNDO\",\"before\":{}}",
                "{\"operation\":{\"kind\":\"sysctl\",\"path\":\"net/ipv4/ip_forward\",\"value\":1},"
                        + "\"policy\":\"UNDO\",\"before\":{\"kernel/panic\":1}}",
                "{\"operation\":{\"kind\":\"route\",\"table\":254,\"prefix\":\"10.0.0.0/8\",\"way\":\"THROW\","
                        + "\"device\":\"x\"},\"policy\":\"UNDO\",\"before\":{}}",
                "{\"operation\":{\"kind\":\"rule\",\"family\":\"IPV4\",\"priority\":32766,\"table\":1885667328},"
                        + "\"policy\":\"UNDO\",\"before\":{}}",
                "{\"operation\":{\"kind\":\"address\",\"device\":\"x\",\"address\":\"10.0.0.0/8\"},\"policy\":\"UNDO\",\"before\":{}}"
            })
    void whatIsNotOursIsRefusedWithTheLine(String line) {
        assertThatExceptionOfType(JournalText.DamagedException.class)
                .isThrownBy(() -> JournalText.changes(JournalText.line(HEADER) + line + "\n", HEADER))
                .withMessage("line 2 is damaged");
    }

    @Test
    void damagedJournalSaysWhatToDoAndStays() throws Exception {
        Journal journal = Journal.at(directory, HEADER);
        journal.append(CHANGES);
        Files.writeString(journal.file(), "garbage\n", StandardOpenOption.APPEND);

        assertThatExceptionOfType(RouterException.class)
                .isThrownBy(journal::read)
                .withMessage("the journal " + journal.file() + " cannot be used (line 8 is damaged):"
                        + " restart this machine, which resets its network settings, then delete that file");
        assertThat(journal.file()).exists();
    }

    @Test
    void journalThatOthersCanWriteIsNotObeyed() throws Exception {
        Journal journal = Journal.at(directory, HEADER);
        journal.append(CHANGES);
        Files.setPosixFilePermissions(journal.file(), PosixFilePermissions.fromString("rw-rw----"));
        assertThatExceptionOfType(RouterException.class)
                .isThrownBy(journal::read)
                .withMessageContaining("somebody else");

        Path elsewhere = directory.resolve("elsewhere");
        Files.move(journal.file(), elsewhere);
        Files.createSymbolicLink(journal.file(), elsewhere);
        assertThatExceptionOfType(RouterException.class)
                .isThrownBy(journal::read)
                .withMessageContaining("somebody else");
    }

    private static String text() {
        StringBuilder text = new StringBuilder(JournalText.line(HEADER));
        CHANGES.forEach(change -> text.append(JournalText.line(change)));
        return text.toString();
    }

    private static Change undo(Operation operation) {
        return new Change(operation, Policy.UNDO, Map.of());
    }
}
