package org.peervpn.testnat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.peervpn.testnat.tool.EchoServer;

/** The usual scene: STUN servers and a web server on the internet, a site with an exit and one with a client. */
public final class Scenery {
    private static final Duration START = Duration.ofSeconds(20);

    private final Lab lab;
    private final RunningProcess stun;
    private final Host web;
    private final Site exitSite;
    private final Site clientSite;
    private final Peervpn exit;
    private final Peervpn client;

    private Scenery(Lab lab, SitePlan exitPlan, SitePlan clientPlan) {
        this.lab = lab;
        stun = Coturn.start(lab);
        web = lab.add(SitePlan.of("web", NatType.PUBLIC).with(SiteFeature.IPV6)).host();
        web.startJava(EchoServer.class, web.ipv4(), web.ipv6()).awaitLine("listening", START);
        exitSite = lab.add(exitPlan);
        clientSite = lab.add(clientPlan);
        exit = Peervpn.on(exitSite.host());
        client = Peervpn.on(clientSite.host());
    }

    public static Scenery build(Lab lab, SitePlan exitPlan, SitePlan clientPlan) {
        return new Scenery(lab, exitPlan, clientPlan);
    }

    public Lab lab() {
        return lab;
    }

    /** The STUN servers, as long as nobody stops them. */
    public RunningProcess stun() {
        return stun;
    }

    public Host web() {
        return web;
    }

    public Site exitSite() {
        return exitSite;
    }

    public Site clientSite() {
        return clientSite;
    }

    public Peervpn exit() {
        return exit;
    }

    public Peervpn client() {
        return client;
    }

    /** Starts both nodes, with these options beside, and waits until the client's traffic goes through the exit. */
    public void connect(String... options) {
        exit.startReady(with("--exit", options));
        client.startReady(with("--connect=" + exit.line(), options));
    }

    private static String[] with(String mode, String... options) {
        return Stream.concat(Stream.of(mode), Stream.of(options)).toArray(String[]::new);
    }

    /** The IPv4 address by which the web server sees a host; an error where it does not answer. */
    public String seenByWebOverIpv4(Host host) {
        return fetch(host, "http://" + web.ipv4() + "/").orThrow().output().strip();
    }

    public String seenByWebOverIpv6(Host host) {
        return fetch(host, "http://[" + web.ipv6() + "]/").orThrow().output().strip();
    }

    /** A GET by curl, with curl's own options if need be. */
    public static CommandResult fetch(Host host, String url, String... options) {
        List<String> command = new ArrayList<>(List.of("curl", "--silent", "--show-error", "--max-time", "5"));
        command.addAll(List.of(options));
        command.add(url);
        return host.exec(command.toArray(String[]::new));
    }
}
