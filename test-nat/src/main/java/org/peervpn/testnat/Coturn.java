package org.peervpn.testnat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Debian's coturn as a STUN server that can tell NAT behaviour (RFC 5780), on two addresses of the internet. */
public final class Coturn {
    public static final int PORT = 3478;
    public static final int OTHER_PORT = 3479;

    private Coturn() {}

    public static RunningProcess start(Lab lab) {
        return start(lab, Lab.STUN_ADDRESS, Lab.OTHER_STUN_ADDRESS);
    }

    /** Another operator's, at two other addresses. */
    public static RunningProcess startSecond(Lab lab) {
        return start(lab, Lab.THIRD_STUN_ADDRESS, Lab.FOURTH_STUN_ADDRESS);
    }

    /** The same by IPv6. */
    public static RunningProcess startIpv6(Lab lab) {
        return start(lab, Lab.STUN_ADDRESS_V6, Lab.OTHER_STUN_ADDRESS_V6);
    }

    /** One with a single address, which knows nothing of RFC 5780. */
    public static RunningProcess startPlain(Lab lab) {
        return start(lab, Lab.THIRD_STUN_ADDRESS);
    }

    private static RunningProcess start(Lab lab, String... addresses) {
        Host inet = lab.inet();
        // On by itself before coturn 4.7.0, an option since.
        boolean optional = inet.exec("turnserver", "--help").toString().contains(" --rfc5780");
        List<String> command = new ArrayList<>(List.of(
                "turnserver",
                "-c",
                "/dev/null",
                "--stun-only",
                "--listening-port=" + PORT,
                "--alt-listening-port=" + OTHER_PORT,
                "--no-tcp",
                "--no-tls",
                "--no-dtls",
                "--no-cli",
                "--pidfile=" + inet.directory().resolve("turnserver-" + addresses[0].replace(':', '-') + ".pid"),
                "--log-file=stdout",
                optional ? "--rfc5780" : "--stun-only"));
        Stream.of(addresses).map(address -> "--listening-ip=" + address).forEach(command::add);
        RunningProcess coturn = inet.start(command.toArray(String[]::new));
        String address = addresses[addresses.length - 1];
        String last = (address.contains(":") ? "[" + address + "]" : address) + ":"
                + (addresses.length == 1 ? PORT : OTHER_PORT);
        Lab.await(
                "coturn on " + last,
                Duration.ofSeconds(10),
                () -> inet.output("ss", "-lun").contains(last) ? last : null);
        return coturn;
    }
}
