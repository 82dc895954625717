package org.peervpn.tunnel;

/** What follows from the authentic messages of a peer, whichever thread has opened them. Loop only. */
final class Conclusions {
    private final HandshakeGate gate;
    private final Transport transport;
    private final TunnelOutput output;

    Conclusions(HandshakeGate gate, Transport transport, TunnelOutput output) {
        this.gate = gate;
        this.transport = transport;
        this.output = output;
    }

    void heardFrom(Peer peer, Path source) {
        if (!source.equals(peer.lane().path())) {
            output.authenticatedFrom(peer, source);
        }
    }

    /** The initiator has used the keypair, which was perhaps the next one until now. */
    void confirmed(Peer peer, Keypair keypair, Path source, long nowNanos) {
        if (peer.keypairs().confirm(keypair)) {
            handshakeCompleted(peer, source, false, nowNanos);
            transport.sendStaged(peer, nowNanos);
        }
    }

    void handshakeCompleted(Peer peer, Path source, boolean asInitiator, long nowNanos) {
        gate.completed(source);
        peer.handshakeCompleted(nowNanos);
        output.connected(peer, asInitiator);
    }

    /** Whether other threads have left some for the loop. */
    boolean areLeft(Peer peer) {
        Keypair next = peer.keypairs().next();
        return peer.lane().hasReportedPath() || (next != null && next.confirmedFrom() != null);
    }

    /** Draws those that other threads have left for the loop. */
    void draw(Peer peer, long nowNanos) {
        Path source = peer.lane().takeReportedPath();
        if (source != null) {
            heardFrom(peer, source);
        }
        Keypair next = peer.keypairs().next();
        Path confirmedFrom = next == null ? null : next.confirmedFrom();
        if (next != null && confirmedFrom != null) {
            confirmed(peer, next, confirmedFrom, nowNanos);
        }
    }
}
