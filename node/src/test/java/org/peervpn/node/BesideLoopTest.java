package org.peervpn.node;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.node.Packets.packet;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.peervpn.node.World.Config;
import org.peervpn.node.World.SimNode;
import org.peervpn.tunnel.Lane;

/** Nodes whose transport data is received by other threads than the loop do just what all others do. */
class BesideLoopTest {
    private static final InetAddress INTERNET = World.address("9.9.9.9");

    @Test
    void packetOfAPeerThatWasRemovedMeanwhileDoesNotPass() {
        World world = World.besideLoop();
        SimNode exit = world.add(Config::exit).start();
        SimNode client = world.add(config -> config.connect(exit.line())).start();
        world.run(Duration.ofMillis(10));
        Lane lane = requireNonNull(exit.core.allowedIps().lookup(client.ipv4()));
        ByteBuffer opened = packet(client.ipv4(), INTERNET, "late");
        assertThat(exit.core.passes(lane, opened)).isTrue();

        exit.remove(client.key.toString());

        assertThat(exit.core.passes(lane, opened)).isFalse();
        exit.core.receivePayload(lane, opened, world.nowNanos());
        assertThat(exit.toTun).isEmpty();
        assertThat(exit.status().drops()).containsEntry("not_admitted", 1L);
    }

    @Nested
    class Core extends NodeCoreTest {
        @Override
        World newWorld() {
            return World.besideLoop();
        }
    }

    @Nested
    class Admitting extends AdmissionTest {
        @Override
        World newWorld() {
            return World.besideLoop();
        }
    }

    @Nested
    class Inviting extends InvitedTest {
        @Override
        World newWorld() {
            return World.besideLoop();
        }
    }

    @Nested
    class Reconnecting extends ReconnectTest {
        @Override
        World newWorld() {
            return World.besideLoop();
        }
    }

    @Nested
    class Failing extends FaultsTest {
        @Override
        World newWorld() {
            return World.besideLoop();
        }
    }
}
