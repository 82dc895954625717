package org.peervpn.testnat;

import java.util.List;

/**
 * The kernel's two queues at an end of a tunnel, of which a ping goes through one on its way and through the other on its
 * way back: what the program has not read yet from its interface, and what it has not received yet from its UDP sockets.
 * What comes to a full one is dropped.
 *
 * @param read packets from the interface
 * @param received datagrams over IPv4
 */
record TunnelQueues(long read, long droppedUnread, long received, long droppedUnreceived) {
    static final TunnelQueues UNUSED = new TunnelQueues(0, 0, 0, 0);

    private static final int SENT_PACKETS = 9;
    private static final int SENT_DROPPED = 11;

    /** From {@code /proc/net/dev} and {@code /proc/net/snmp}. */
    static TunnelQueues of(String interfaceName, String devices, String counters) {
        List<String> device = devices.lines()
                .map(String::strip)
                .filter(line -> line.startsWith(interfaceName + ":"))
                .map(line -> fields(line.substring(interfaceName.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new LabException("there is no interface " + interfaceName));
        List<List<String>> udp = counters.lines()
                .filter(line -> line.startsWith("Udp:"))
                .map(TunnelQueues::fields)
                .toList();
        List<String> names = udp.get(0);
        List<String> values = udp.get(1);
        return new TunnelQueues(
                Long.parseLong(device.get(SENT_PACKETS)),
                Long.parseLong(device.get(SENT_DROPPED)),
                Long.parseLong(values.get(names.indexOf("InDatagrams"))),
                Long.parseLong(values.get(names.indexOf("RcvbufErrors"))));
    }

    private static List<String> fields(String line) {
        return List.of(line.strip().split("\\s+"));
    }

    long dropped() {
        return droppedUnread + droppedUnreceived;
    }

    /** Of what comes to them, 0 to 1, which a ping risks on both its ways together. */
    double shareDropped() {
        return share(droppedUnread, read) + share(droppedUnreceived, received);
    }

    private static double share(long dropped, long taken) {
        return dropped == 0 ? 0 : (double) dropped / (dropped + taken);
    }
}
