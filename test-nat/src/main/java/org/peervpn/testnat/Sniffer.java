package org.peervpn.testnat;

import java.time.Duration;
import java.util.List;

/** Records the packets of one interface, one line of text each. */
public final class Sniffer implements AutoCloseable {
    private final RunningProcess tcpdump;

    private Sniffer(RunningProcess tcpdump) {
        this.tcpdump = tcpdump;
    }

    /** Sees what the filter, in the language of tcpdump, lets through. */
    public static Sniffer start(Host host, String interfaceName, String filter) {
        RunningProcess tcpdump =
                host.start("tcpdump", "-Z", "root", "-n", "-l", "--immediate-mode", "-i", interfaceName, filter);
        tcpdump.awaitLine("listening on", Duration.ofSeconds(10));
        return new Sniffer(tcpdump);
    }

    /** Sees all that leaves or enters the interface but what the filter names, ARP, neighbour discovery and MLD. */
    public static Sniffer startForAllBut(Host host, String interfaceName, String expected) {
        String housekeeping = "arp or (icmp6 and ip6[40] >= 133 and ip6[40] <= 137) or (ip6 and ip6[6] = 0)";
        return start(host, interfaceName, "not (" + housekeeping + ") and not (" + expected + ")");
    }

    /** What it has seen up to now. */
    public List<String> packets() {
        return tcpdump.output();
    }

    /** Waits for a packet in whose line the pattern is found. */
    public String awaitPacket(String regex, Duration timeout) {
        return tcpdump.awaitLine(regex, timeout);
    }

    @Override
    public void close() {
        tcpdump.stop();
    }
}
