package org.peervpn.node;

import org.junit.jupiter.api.Nested;

/** Nodes whose transport data is received by other threads than the loop do just what all others do. */
class BesideLoopTest {

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
