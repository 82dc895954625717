package org.peervpn.nat.behavior;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.peervpn.nat.StunCodec;
import org.peervpn.nat.StunMessage;
import org.peervpn.nat.StunWish;
import org.peervpn.nat.TransactionId;

/** All questions of a test: puts them when they are due, and tells which of them a datagram answers. */
final class Inquiries {

    interface Sender {
        void send(int channel, InetSocketAddress server, ByteBuffer datagram);
    }

    /** No test asks as much; nothing more is sent then. */
    static final int MAX_SENDS = 4096;

    private record Transmission(Inquiry inquiry, long sentNanos) {}

    private final SecureRandom random;
    private final Sender sender;
    private final List<Inquiry> inquiries = new ArrayList<>();
    private final Map<TransactionId, Transmission> unanswered = new HashMap<>();
    private int sends;
    private int answers;

    Inquiries(SecureRandom random, Sender sender) {
        this.random = random;
        this.sender = sender;
    }

    Inquiry begin(int channel, InetSocketAddress server, StunWish wish, Pace pace, long startNanos) {
        Inquiry inquiry = new Inquiry(channel, server, wish, pace, startNanos);
        inquiries.add(inquiry);
        return inquiry;
    }

    Inquiry begin(int channel, InetSocketAddress server, Pace pace, long startNanos) {
        return begin(channel, server, StunWish.NONE, pace, startNanos);
    }

    List<Inquiry> all() {
        return inquiries;
    }

    int answers() {
        return answers;
    }

    boolean anyAnswer() {
        return answers > 0;
    }

    void onTimeout(long nowNanos) {
        for (Inquiry inquiry : List.copyOf(inquiries)) {
            if (inquiry.nextNanos() <= nowNanos) {
                put(inquiry, nowNanos);
            }
        }
    }

    private void put(Inquiry inquiry, long nowNanos) {
        if (sends == MAX_SENDS) {
            inquiry.end();
            return;
        }
        sends++;
        TransactionId id = TransactionId.random(random);
        unanswered.put(id, new Transmission(inquiry, nowNanos));
        inquiry.sent(nowNanos);
        sender.send(inquiry.channel(), inquiry.server(), ByteBuffer.wrap(StunCodec.bindingRequest(id, inquiry.wish())));
    }

    /** False if the datagram has to do with none of our questions. */
    boolean receive(int channel, InetSocketAddress source, ByteBuffer datagram, long nowNanos) {
        if (!StunCodec.isStun(datagram)) {
            return false;
        }
        TransactionId id = TransactionId.of(datagram);
        Transmission transmission = unanswered.get(id);
        if (transmission == null) {
            return false;
        }
        StunMessage message = StunCodec.decode(datagram);
        if (message != null && fits(transmission.inquiry, channel, source, message)) {
            unanswered.remove(id);
            answers++;
            transmission.inquiry.answered(
                    new Inquiry.Answer(channel, source, message, transmission.sentNanos, nowNanos));
        }
        return true;
    }

    /** From where an answer comes that was wanted from elsewhere is for whoever asked to judge. */
    private static boolean fits(Inquiry inquiry, int channel, InetSocketAddress source, StunMessage message) {
        StunWish wish = inquiry.wish();
        if (message.type() == StunMessage.Type.REQUEST) {
            return channel != inquiry.channel(); // it has come back to another channel of ours
        }
        boolean elsewhereWanted = wish.changeAddress() || wish.changePort();
        boolean toThePlaceWanted = wish.responsePort() != 0 || channel == inquiry.channel();
        return message.isResponse() && toThePlaceWanted && (elsewhereWanted || source.equals(inquiry.server()));
    }

    long nextDeadlineNanos() {
        return inquiries.stream().mapToLong(Inquiry::nextNanos).min().orElse(Long.MAX_VALUE);
    }
}
