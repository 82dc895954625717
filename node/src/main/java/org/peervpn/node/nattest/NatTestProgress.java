package org.peervpn.node.nattest;

import org.peervpn.nat.behavior.Stage;

/** Hears what has been found out so far. Must not block. */
public interface NatTestProgress {
    NatTestProgress IGNORED = new NatTestProgress() {
        @Override
        public void finished(Stage stage) {}

        @Override
        public void lifetime(int percent) {}
    };

    void finished(Stage stage);

    /** How much of the measuring of the lifetime is over at most. */
    void lifetime(int percent);
}
