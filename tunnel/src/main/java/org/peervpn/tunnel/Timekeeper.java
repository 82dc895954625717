package org.peervpn.tunnel;

/**
 * Does what is due for each peer: section 6 of the paper. Loop only.
 *
 * <p>Nothing runs by itself. A deadline follows from the moments in {@link PeerTimers} and the stamps in the
 * {@link Lane}; when it comes, the loop looks at the peer and does what the moments and stamps of then say.
 */
final class Timekeeper {
    private final Wakeups wakeups;
    private final Initiator initiator;
    private final Transport transport;
    private final Conclusions conclusions;
    private final TunnelOutput output;
    private final Schedule looks = new Schedule();

    Timekeeper(
            Wakeups wakeups, Initiator initiator, Transport transport, Conclusions conclusions, TunnelOutput output) {
        this.conclusions = conclusions;
        this.wakeups = wakeups;
        this.initiator = initiator;
        this.transport = transport;
        this.output = output;
    }

    /** To be called when a moment or a stamp of the peer may have been set. */
    void plan(Peer peer) {
        looks.plan(peer);
    }

    void remove(Peer peer) {
        looks.remove(peer);
    }

    void onTimeout(long nowNanos) {
        planRaised();
        for (Peer peer = looks.pollDue(nowNanos); peer != null; peer = looks.pollDue(nowNanos)) {
            look(peer, nowNanos);
        }
    }

    long nextDeadlineNanos() {
        planRaised();
        return looks.nextNanos();
    }

    void sendKeepalive(Peer peer, long nowNanos) {
        if (!transport.sendKeepalive(peer, nowNanos)) {
            initiator.begin(peer, nowNanos);
        }
    }

    private void planRaised() {
        for (Lane lane = wakeups.poll(); lane != null; lane = wakeups.poll()) {
            if (!lane.peer().isRemoved()) {
                // What has been armed may have been disarmed again since. Look all the same: the lane counts as
                // watched.
                looks.plan(lane.peer(), lane.lastTraversalNanos() + Timing.NO_ANSWER_NANOS);
                if (conclusions.areLeft(lane.peer())) {
                    looks.plan(lane.peer(), 0);
                }
                if (lane.isAnswerWatched()) {
                    looks.plan(lane.peer(), lane.lastTraversalNanos() + Timing.KEEPALIVE_TIMEOUT_NANOS);
                }
                looks.plan(lane.peer());
            }
        }
    }

    private void look(Peer peer, long nowNanos) {
        Lane lane = peer.lane();
        PeerTimers timers = peer.timers();
        lane.unwatch();
        conclusions.draw(peer, nowNanos);
        if (lane.takeRekeyWanted()) {
            initiator.begin(peer, nowNanos);
        }
        if (nowNanos >= timers.retransmitNanos) {
            retransmit(peer, nowNanos);
        }
        if (nowNanos >= timers.noAnswerNanos()) {
            lane.answerArrived();
            timers.noAnswerJitterNanos = initiator.jitterNanos();
            initiator.begin(peer, nowNanos);
        }
        if (nowNanos >= timers.sendKeepaliveNanos()) {
            answerWithKeepalive(peer, nowNanos);
        }
        if (nowNanos >= timers.sendPersistentKeepaliveNanos()) {
            // Even if it cannot be sent now: the next one comes an interval later, not at once.
            lane.lastTraversalNanos(nowNanos);
            sendKeepalive(peer, nowNanos);
        }
        if (nowNanos >= timers.expireNanos) {
            timers.expireNanos = Timing.NEVER;
            if (peer.takeConnected()) {
                output.disconnected(peer);
            }
        }
        if (nowNanos >= timers.zeroKeysNanos) {
            timers.zeroKeysNanos = Timing.NEVER;
            peer.keypairs().erase();
        }
        // A stamp that is set after it has been read here wakes us. It is read once.
        // Another thread may clear it and set it again, which does not wake us any more.
        long unanswered = lane.unansweredSinceNanos();
        if (unanswered != Lane.UNSET) {
            lane.watch();
            looks.plan(peer, timers.noAnswerNanos(unanswered));
        }
        long answerOwed = lane.answerOwedSinceNanos();
        if (answerOwed != Lane.UNSET) {
            lane.watchAnswer();
            looks.plan(peer, PeerTimers.sendKeepaliveNanos(answerOwed));
        }
        looks.plan(peer);
    }

    private void retransmit(Peer peer, long nowNanos) {
        if (nowNanos < peer.timers().giveUpNanos) {
            initiator.sendInitiation(peer, nowNanos);
            return;
        }
        peer.timers().retransmitNanos = Timing.NEVER;
        peer.cancelHandshake();
        peer.lane().answered();
        transport.flushStaged(peer);
        output.gaveUp(peer);
    }

    /** Packets that came in the meantime may not be covered by this answer, if it is lost: they get another one. */
    private void answerWithKeepalive(Peer peer, long nowNanos) {
        Lane lane = peer.lane();
        boolean anotherOwed = lane.lastPacketReceivedNanos() > lane.answerOwedSinceNanos();
        lane.answered();
        sendKeepalive(peer, nowNanos);
        if (anotherOwed) {
            lane.answerOwedSinceNanos(nowNanos);
        }
    }
}
