package org.peervpn.testnat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** What the kernel tells of a process. */
public final class Proc {
    private static final double TICKS_PER_SECOND = 100;

    private Proc() {}

    /** Seconds of CPU that it has used, in the program and in the kernel. */
    public static double cpuSeconds(long pid) {
        String[] fields = read(pid, "stat").replaceFirst("^.*\\) ", "").split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    /** What it has in memory now; empty of one that has ended. */
    public static OptionalDouble residentMib(long pid) {
        return mib(pid, "VmRSS:");
    }

    /** The most that it has had. */
    public static OptionalDouble mostResidentMib(long pid) {
        return mib(pid, "VmHWM:");
    }

    /** The queues of a program's tunnel, if nothing else in its network namespace receives datagrams. */
    static TunnelQueues queues(long pid, String interfaceName) {
        return TunnelQueues.of(interfaceName, read(pid, "net/dev"), read(pid, "net/snmp"));
    }

    private static OptionalDouble mib(long pid, String field) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith(field))
                .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
                .findFirst();
    }

    private static String read(long pid, String file) {
        Path path = Path.of("/proc", Long.toString(pid), file);
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new LabException("cannot read " + path, e);
        }
    }
}
