package org.peervpn.nat;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLConnection;
import java.time.Clock;
import java.time.Instant;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The core stays a core: bytes and time come in as arguments. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.peervpn.nat");

    @Test
    void onlyTheCodecKnowsIce4j() {
        noClasses()
                .that()
                .haveNameNotMatching(Pattern.quote(StunCodec.class.getName()) + "(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.ice4j..")
                .check(CLASSES);
    }

    @Test
    void codecKnowsNothingOfIce4jButItsMessages() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("org.ice4j..")
                        .and(not(resideInAPackage("org.ice4j.message")))
                        .and(not(resideInAPackage("org.ice4j.attribute")))
                        .and(not(nameMatching("org\\.ice4j\\.(StunException|TransportAddress|Transport)"))))
                .check(CLASSES);
    }

    @Test
    void coreKnowsNoEdge() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty..", "java.nio.channels..", "java.util.concurrent..", "java.nio.file..", "java.io..")
                .orShould()
                .dependOnClassesThat(assignableTo(Thread.class)
                        .or(assignableTo(DatagramSocket.class))
                        .or(assignableTo(Socket.class))
                        .or(assignableTo(ServerSocket.class))
                        .or(assignableTo(URLConnection.class)))
                .check(CLASSES);
    }

    @Test
    void coreKnowsNoClock() {
        noClasses()
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .dependOnClassesThat(assignableTo(Clock.class).or(assignableTo(Instant.class)))
                .check(CLASSES);
    }

    @Test
    void natKnowsNoOtherModule() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("org.peervpn..").and(not(resideInAPackage("org.peervpn.nat.."))))
                .check(CLASSES);
    }
}
