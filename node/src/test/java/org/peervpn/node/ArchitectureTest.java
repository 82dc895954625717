package org.peervpn.node;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.peervpn.nat.MappingWatch;
import org.peervpn.node.runtime.Node;
import org.peervpn.routing.AllowedIps;
import org.peervpn.routing.Cidr;
import org.peervpn.routing.RouterConfig;
import org.peervpn.tunnel.Tunnel;

/** The packages {@code node}, {@code control}, {@code invitation} and {@code wgquick} are core, {@code runtime} is edge; the modules below know nobody above. */
class ArchitectureTest {
    private static final String CORE = "org.peervpn.node";
    private static final String CONTROL = "org.peervpn.node.control";
    private static final String INVITATION = "org.peervpn.node.invitation";
    private static final String WG_QUICK = "org.peervpn.node.wgquick";
    private static final String RUNTIME = "org.peervpn.node.runtime..";
    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages("org.peervpn");

    @Test
    void allModulesAreLookedAt() {
        assertThat(CLASSES.contain(NodeCore.class)).isTrue();
        assertThat(CLASSES.contain(Node.class)).isTrue();
        assertThat(CLASSES.contain(Tunnel.class)).isTrue();
        assertThat(CLASSES.contain(MappingWatch.class)).isTrue();
        assertThat(CLASSES.contain(AllowedIps.class)).isTrue();
    }

    @Test
    void tunnelNatAndRoutingKnowNeitherTheNodeNorEachOther() {
        for (String module : new String[] {"tunnel", "nat", "routing"}) {
            String own = "org.peervpn." + module + "..";
            noClasses()
                    .that()
                    .resideInAPackage(own)
                    .should()
                    .dependOnClassesThat(resideInAPackage("org.peervpn..").and(not(resideInAPackage(own))))
                    .check(CLASSES);
        }
    }

    @Test
    void nodeKnowsNoCommandLine() {
        noClasses()
                .that()
                .resideInAPackage("org.peervpn.node..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.peervpn.cli..", "picocli..", "ch.qos.logback..")
                .check(CLASSES);
    }

    @Test
    void controlMessagesKnowNoNode() {
        noClasses()
                .that()
                .resideInAPackage(CONTROL)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CORE, RUNTIME)
                .check(CLASSES);
    }

    @Test
    void coreKnowsNoEdge() {
        classes()
                .that()
                .resideInAnyPackage(CORE, CONTROL, INVITATION, WG_QUICK)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                CORE,
                                CONTROL,
                                INVITATION,
                                WG_QUICK,
                                "org.peervpn.tunnel",
                                "org.peervpn.nat",
                                "org.peervpn.nat.portmap",
                                "org.peervpn.nat.path",
                                "java.lang..",
                                "java.nio",
                                "java.nio.charset",
                                "java.security",
                                "java.text",
                                "java.time",
                                "java.util",
                                "java.util.function",
                                "java.util.random",
                                "java.util.regex",
                                "java.util.stream",
                                "java.util.concurrent.atomic",
                                "com.fasterxml.jackson..",
                                "org.bouncycastle..",
                                "org.jspecify.annotations",
                                "org.slf4j")
                        .or(belongToAnyOf(AllowedIps.class, Cidr.class, RouterConfig.class))
                        .or(belongToAnyOf(
                                InetSocketAddress.class,
                                InetAddress.class,
                                Inet4Address.class,
                                Inet6Address.class,
                                UnknownHostException.class,
                                java.io.IOException.class,
                                java.io.ByteArrayOutputStream.class))
                        .or(belongToAnyOf(NetUtil.class)))
                .check(CLASSES);
    }

    @Test
    void coreHasNoThreads() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE, CONTROL, INVITATION, WG_QUICK)
                .should()
                .dependOnClassesThat(JavaClass.Predicates.assignableTo(Thread.class)
                        .or(JavaClass.Predicates.assignableTo(ThreadLocal.class))
                        .or(JavaClass.Predicates.assignableTo(ProcessBuilder.class)))
                .check(CLASSES);
    }

    @Test
    void coreReadsNoClock() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE, CONTROL, INVITATION, WG_QUICK)
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .dependOnClassesThat(JavaClass.Predicates.assignableTo(Clock.class))
                .check(CLASSES);
    }
}
