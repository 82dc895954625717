package org.peervpn.tunnel;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.io.File;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.Timer;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The packages {@code tunnel} and {@code crypto} are core; all others of this module are edges. */
class ArchitectureTest {
    private static final String CORE = "org.peervpn.tunnel";
    private static final String CRYPTO = "org.peervpn.tunnel.crypto";
    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages(CORE);

    @Test
    void theCoreIsThere() {
        assertThat(CLASSES.contain(Tunnel.class)).isTrue();
    }

    @Test
    void theModuleKnowsNoOtherModule() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.peervpn.nat..", "org.peervpn.routing..", "org.peervpn.node..", "org.peervpn.cli..")
                .check(CLASSES);
    }

    @Test
    void theCoreKnowsNoEdge() {
        classes()
                .that()
                .resideInAnyPackage(CORE, CRYPTO)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        CORE,
                        CRYPTO,
                        "org.peervpn.tunnel.foreign", // by which OpenSSL computes
                        "java.lang..",
                        "java.io",
                        "java.math",
                        "java.net",
                        "java.nio",
                        "java.nio.charset",
                        "java.security..",
                        "java.time",
                        "java.util..",
                        "javax.crypto..",
                        "org.bouncycastle..",
                        "org.conscrypt..",
                        "org.jspecify.annotations"))
                .check(CLASSES);
    }

    @Test
    void thePrimitivesDoNotKnowTheProtocol() {
        noClasses()
                .that()
                .resideInAPackage(CRYPTO)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CORE)
                .check(CLASSES);
    }

    @Test
    void theCoreHasNoSocketsNoThreadsAndNoFiles() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE, CRYPTO)
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocal.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Executor.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Future.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Timer.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(File.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class)
                .check(CLASSES);
        classes()
                .that()
                .resideInAnyPackage(CORE, CRYPTO)
                .should()
                .onlyDependOnClassesThat(DescribedPredicate.not(resideInAnyPackage("java.net"))
                        .or(belongToAnyOf(InetSocketAddress.class, InetAddress.class, Inet6Address.class)))
                .check(CLASSES);
    }

    @Test
    void theCoreReadsNoClock() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE, CRYPTO)
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .check(CLASSES);
    }
}
