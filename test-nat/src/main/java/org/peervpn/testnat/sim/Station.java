package org.peervpn.testnat.sim;

/** Whatever has an address in a {@link Realm}. */
interface Station {
    void receive(Datagram datagram);
}
