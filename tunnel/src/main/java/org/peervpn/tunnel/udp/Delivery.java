package org.peervpn.tunnel.udp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.peervpn.tunnel.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lends the datagrams of one socket to their receiver, and counts what went wrong. */
final class Delivery {
    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

    private final UdpPort.Receiver receiver;
    private final LongAdder dropped;
    private boolean mistakeLogged; // ours, which a stranger's datagrams may bring to light again and again

    Delivery(UdpPort.Receiver receiver, LongAdder dropped) {
        this.receiver = receiver;
        this.dropped = dropped;
    }

    void deliver(Path source, ByteBuffer datagram) {
        try {
            receiver.received(source, datagram);
        } catch (Throwable e) { // let through, it would end the loop
            failed(e);
        }
    }

    void batchEnded() {
        try {
            receiver.batchEnded();
        } catch (Throwable e) {
            failed(e);
        }
    }

    /** A datagram that the kernel did not take (too long, no route, forbidden), an error told to the socket, or a mistake. */
    void failed(Throwable cause) {
        dropped.increment();
        if (!(cause instanceof IOException) && !mistakeLogged) {
            mistakeLogged = true;
            LOG.error("a datagram was not handled; others like it will be dropped without a word", cause);
        }
    }
}
