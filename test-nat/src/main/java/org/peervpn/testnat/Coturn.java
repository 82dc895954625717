package org.peervpn.testnat;

import java.time.Duration;

/** Debian's coturn as a STUN server that can tell NAT behaviour (RFC 5780), on both STUN addresses of the internet. */
public final class Coturn {
    public static final int PORT = 3478;
    public static final int OTHER_PORT = 3479;

    private Coturn() {}

    public static RunningProcess start(Lab lab) {
        Host inet = lab.inet();
        // On by itself before coturn 4.7.0, an option since.
        boolean optional = inet.exec("turnserver", "--help").toString().contains(" --rfc5780");
        RunningProcess coturn = inet.start(
                "turnserver",
                "-c",
                "/dev/null",
                "--stun-only",
                "--listening-ip=" + Lab.STUN_ADDRESS,
                "--listening-ip=" + Lab.OTHER_STUN_ADDRESS,
                "--listening-port=" + PORT,
                "--alt-listening-port=" + OTHER_PORT,
                "--no-tcp",
                "--no-tls",
                "--no-dtls",
                "--no-cli",
                "--pidfile=" + inet.directory().resolve("turnserver.pid"),
                "--log-file=stdout",
                optional ? "--rfc5780" : "--stun-only");
        String last = Lab.OTHER_STUN_ADDRESS + ":" + OTHER_PORT;
        Lab.await(
                "coturn on " + last,
                Duration.ofSeconds(10),
                () -> inet.output("ss", "-lun").contains(last) ? last : null);
        return coturn;
    }
}
