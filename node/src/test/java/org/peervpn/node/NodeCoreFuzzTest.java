package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.peervpn.node.World.SimNode;
import org.peervpn.node.control.ControlCodec;

/** What a peer says inside of the tunnel, be it let in, a guest, or the exit of the one that it says it to. */
class NodeCoreFuzzTest {
    private static final int MAX_PAYLOADS = 40;

    /** A peer may make a node tell ten lines at once, and one in ten seconds. */
    private static final int MAX_EVENTS = 20;

    /**
     * The input is a play: first who speaks; then for each payload how it is made to fit and how much time passes, its
     * length, and its bytes. It goes to the other's TUN, is a control message, or is dropped and counted.
     */
    @FuzzTest
    void payloads(byte[] play) {
        ByteBuffer rest = ByteBuffer.wrap(play);
        new Play(Play.next(rest)).run(rest);
    }

    /** Two nodes that have met, one of which says what it likes. */
    private static final class Play {
        private final World world = new World();
        private final SimNode listener;
        private final SimNode speaker;
        private final boolean isGuest;

        Play(int who) {
            SimNode exit = world.add(config -> {
                        config.exit();
                        config.admission = who % 3 == 2 ? Admission.ASK : Admission.LINE;
                        return config;
                    })
                    .start();
            SimNode client = world.add(config -> config.connect(exit.line())).start();
            isGuest = who % 3 == 2;
            speaker = who % 3 == 1 ? exit : client;
            listener = who % 3 == 1 ? client : exit;
            world.run(Duration.ofSeconds(5));
            List.of(exit, client).forEach(SimNode::routeNow);
            world.run(Duration.ofSeconds(15));
        }

        void run(ByteBuffer play) {
            listener.toTun.clear();
            int eventsBefore = listener.events.size();
            long nanosBefore = world.nowNanos();
            for (int i = 0; i < MAX_PAYLOADS && play.hasRemaining(); i++) {
                int how = next(play);
                byte[] payload = new byte[Math.min(next(play) * 2, play.remaining())];
                play.get(payload);
                ByteBuffer made = how % 2 == 0 ? ByteBuffer.wrap(payload) : withAddresses(payload);
                say(made);
                world.run(Duration.ofMillis(how / 8 * 200L));
                listener.routeNow();
            }
            long tenths = (world.nowNanos() - nanosBefore) / 10_000_000_000L;
            assertThat(listener.events.size() - eventsBefore).isLessThan(MAX_EVENTS + (int) tenths);
            assertThat(listener.status().peers()).hasSize(1);
        }

        private void say(ByteBuffer payload) {
            int sentBefore = listener.sentDatagrams;
            int packetsBefore = listener.toTun.size();
            long dropsBefore = drops();
            speaker.control(payload.duplicate());
            int packets = listener.toTun.size() - packetsBefore;
            long drops = drops() - dropsBefore;
            if (!payload.hasRemaining()) {
                assertThat(packets + drops).isZero(); // a keepalive
            } else if (!ControlCodec.isControl(payload) || isGuest) {
                assertThat(packets + drops).isEqualTo(1);
                assertThat(packets).isLessThanOrEqualTo(isGuest ? 0 : 1);
            } else {
                assertThat(packets).isZero();
                assertThat(drops).isLessThanOrEqualTo(1);
            }
            // A hello has one answer and, from who has not been greeted yet, another hello.
            assertThat(listener.sentDatagrams - sentBefore).isLessThanOrEqualTo(4);
            listener.toTun.subList(packetsBefore, packetsBefore + packets).forEach(this::checkPacket);
        }

        private void checkPacket(ByteBuffer packet) {
            ByteBuffer trimmed = packet.duplicate();
            assertThat(IpPacket.trim(trimmed)).isTrue();
            assertThat(trimmed).isEqualTo(packet);
            InetAddress source = source(packet);
            boolean isItsOwn = source.equals(speaker.core.overlay().ipv4())
                    || source.equals(speaker.core.overlay().ipv6());
            // Only the exit may forward what others sent, in the families that it offers, and nothing of the listener's
            // own.
            boolean isForwarded = IpPacket.version(packet) == 4 && !source.equals(listener.ipv4());
            assertThat(isItsOwn || (listenerUsesExit() && isForwarded)).isTrue();
        }

        private boolean listenerUsesExit() {
            return listener.status().exit().using() != null;
        }

        static InetAddress source(ByteBuffer packet) {
            boolean ipv4 = IpPacket.version(packet) == 4;
            byte[] address = new byte[ipv4 ? 4 : 16];
            packet.get(packet.position() + (ipv4 ? 12 : 8), address);
            try {
                return InetAddress.getByAddress(address);
            } catch (UnknownHostException e) {
                throw new AssertionError(e);
            }
        }

        /** Else no play would ever get past the source: addresses follow from keys, which are new each time. */
        private ByteBuffer withAddresses(byte[] payload) {
            int version = payload.length == 0 ? 0 : (payload[0] & 0xff) >> 4;
            if (version == 4 && payload.length >= 20) {
                put(payload, 12, speaker.core.overlay().ipv4());
                put(payload, 16, listener.core.overlay().ipv4());
            } else if (version == 6 && payload.length >= 40) {
                put(payload, 8, speaker.core.overlay().ipv6());
                put(payload, 24, listener.core.overlay().ipv6());
            }
            return ByteBuffer.wrap(payload);
        }

        static void put(byte[] payload, int offset, InetAddress address) {
            byte[] bytes = address.getAddress();
            System.arraycopy(bytes, 0, payload, offset, bytes.length);
        }

        private long drops() {
            Map<String, Long> counts = listener.core.drops().counts();
            return counts.values().stream().mapToLong(Long::longValue).sum();
        }

        static int next(ByteBuffer play) {
            return play.hasRemaining() ? play.get() & 0xff : 0;
        }
    }
}
