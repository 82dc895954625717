package org.peervpn.routing;

/** Makes the machine be as {@link RouterConfig} says, and puts it back. Called by one thread. May block. */
public final class Router implements AutoCloseable {

    /** Repairs what a killed node left behind for the same setup, then is ready. */
    public static Router open(RouterSetup setup) throws RouterException {
        throw new IllegalStateException("stub");
    }

    /** Undoes what a killed node left behind; returns how many changes were undone. */
    public static int repair(RouterSetup setup) throws RouterException {
        throw new IllegalStateException("stub");
    }

    /** Only the differences to what was applied before are carried out; twice the same changes nothing. */
    public void apply(RouterConfig wanted) throws RouterException {
        throw new IllegalStateException("stub");
    }

    /** Puts everything back. Never throws: what could not be put back is logged and stays in the journal. */
    @Override
    public void close() {
        throw new IllegalStateException("stub");
    }
}
