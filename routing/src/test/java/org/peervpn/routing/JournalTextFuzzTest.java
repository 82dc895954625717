package org.peervpn.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.routing.JournalText.DamagedException;
import org.peervpn.routing.JournalText.Header;
import org.peervpn.routing.Operation.Link;
import org.peervpn.routing.Operation.NftTable;
import org.peervpn.routing.Operation.Sysctl;

/** Root does what the journal says, so whatever is in it: it is one of ours, or it is refused. */
class JournalTextFuzzTest {
    private static final Path SYSCTLS = Path.of("/proc/sys/net");
    private static final Header HEADER = new Header("boot", "/root/.peervpn", "net:[1]", "peervpn0");

    @FuzzTest
    void text(byte[] input) {
        String text = new String(input, UTF_8);
        changes(text);
        String whole = JournalText.line(HEADER) + text + '\n';
        List<Change> changes = changes(whole);
        if (changes == null) {
            return;
        }
        changes.forEach(JournalTextFuzzTest::check);
        StringBuilder written = new StringBuilder(JournalText.line(HEADER));
        changes.forEach(change -> written.append(JournalText.line(change)));
        assertThat(changes(written.toString())).hasSameSizeAs(changes);
        int cut = whole.length() * (input.length == 0 ? 0 : input[input.length - 1] & 0xff) / 256;
        // A crash leaves the beginning of what was to be written: never damage, and nothing new.
        List<Change> begun = changes(whole.substring(0, cut));
        assertThat(begun).isNotNull().isEqualTo(changes.subList(0, begun == null ? 0 : begun.size()));
    }

    /** null if it is damaged. */
    private static @Nullable List<Change> changes(String text) {
        try {
            return JournalText.changes(text, HEADER);
        } catch (DamagedException e) {
            assertThat(e.getMessage()).matches("[^\\p{C}\\p{Zl}\\p{Zp}]{1,100}");
            return null;
        }
    }

    private static void check(Change change) {
        Operation operation = change.operation();
        assertThat(operation.key()).isNotEmpty();
        change.before().keySet().forEach(JournalTextFuzzTest::checkPath);
        if (operation instanceof Sysctl sysctl) {
            checkPath(sysctl.path());
        } else if (operation instanceof NftTable table) {
            assertThat(table.name()).matches("peervpn_\\w{1,20}");
        } else if (!(operation instanceof Link)) {
            // One command on a line of its own.
            assertThat(IpBatch.undo(List.of(operation))).matches("(address|route|rule) del [\\w @/.:-]+\\n");
        }
    }

    private static void checkPath(String path) {
        assertThat(Sysctls.path(path).normalize()).isEqualTo(Sysctls.path(path)).startsWith(SYSCTLS);
    }
}
