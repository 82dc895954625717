package org.peervpn.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import org.junit.jupiter.api.Test;
import org.peervpn.routing.Router;
import org.peervpn.routing.RouterConfig;
import org.peervpn.routing.RouterSetup;

/** The command line talks to the node, and leaves packets, devices and routes to it. */
class ArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages("org.peervpn.cli");

    @Test
    void commandLineIsThere() {
        assertThat(CLASSES.contain(Main.class)).isTrue();
    }

    @Test
    void commandLineTouchesNoDeviceNoPortAndNoRoute() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.peervpn.tunnel.udp..",
                        "org.peervpn.tunnel.tun..",
                        "org.peervpn.node.control..",
                        "io.netty..",
                        "com.sun.jna..")
                .orShould()
                .dependOnClassesThat(describe(
                        "do the work of nat, of which only words are told",
                        (JavaClass of) -> of.getPackageName().startsWith("org.peervpn.nat")
                                && !of.getBaseComponentType().isAssignableTo(Enum.class)))
                .orShould()
                .dependOnClassesThat(belongToAnyOf(Router.class, RouterConfig.class, RouterSetup.class))
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class)
                .check(CLASSES);
    }

    @Test
    void nobodyKnowsTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.peervpn.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.peervpn.cli..")
                .check(new ClassFileImporter()
                        .withImportOption(new DoNotIncludeTests())
                        .importPackages("org.peervpn"));
    }
}
