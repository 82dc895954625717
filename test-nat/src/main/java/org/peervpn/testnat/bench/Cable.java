package org.peervpn.testnat.bench;

import org.peervpn.testnat.Lab;

/** Nothing between the two hosts: the most that this machine can do. */
final class Cable extends Contender {
    Cable(Lab lab) {
        super(lab, "cable", "no VPN");
    }

    @Override
    void start() {}

    @Override
    void stop() {}

    @Override
    String address() {
        return right().ipv4();
    }
}
