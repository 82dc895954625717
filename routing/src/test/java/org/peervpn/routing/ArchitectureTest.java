package org.peervpn.routing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.peervpn.routing");

    /** Edges; everything else is core. */
    private static final String EDGES =
            ".*\\.(Router|Uplinks|Command|Journal|LinuxMachine|LinuxObserver|NetworkMonitor|NftOwner|Survey|Sysctls)(\\$.*)?";

    @Test
    void coreUsesNoProcessesFilesSocketsClocksOrThreads() {
        noClasses()
                .that()
                .haveNameNotMatching(EDGES)
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.lang\\.(Process.*|Thread|Runtime)|java\\.nio\\.file\\.Files"
                        + "|java\\.nio\\.channels\\..*|java\\.io\\.(File.*|RandomAccessFile)|java\\.net\\..*Socket.*"
                        + "|java\\.net\\.NetworkInterface|java\\.util\\.concurrent\\..*|org\\.slf4j\\..*")
                .check(CLASSES);
    }

    @Test
    void coreKnowsNoEdge() {
        noClasses()
                .that()
                .haveNameNotMatching(EDGES)
                .should()
                .dependOnClassesThat()
                .haveNameMatching("org\\.peervpn\\.routing" + EDGES)
                .check(CLASSES);
    }

    @Test
    void routingKnowsNoOtherModule() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.peervpn.tunnel..", "org.peervpn.nat..", "org.peervpn.node..")
                .check(CLASSES);
    }
}
