package org.peervpn.cli;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP: asks a running node to read its configuration again, unless it comes because the terminal is gone, which ends
 * the node like SIGTERM. Where the signal is ignored, as under nohup, it stays ignored.
 */
final class Hangup {
    private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);
    private static final int TTY_FIELD = 4; // of those behind the name, proc(5)

    private final boolean hadTerminal = hasTerminal();

    /** {@code reload} returns false if there is nothing to reload, so that the signal has its old meaning. */
    void listen(BooleanSupplier reload) {
        try {
            // Java has no other way to hear a signal, and its compiler warns of this one, which cannot be suppressed.
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    Hangup.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        heard(reload);
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), ours);
        } catch (ReflectiveOperationException e) {
            LOG.debug("this Java has no signals: SIGHUP ends the node", e);
        }
    }

    private void heard(BooleanSupplier reload) {
        if ((hadTerminal && !hasTerminal()) || !reload.getAsBoolean()) {
            System.exit(Main.DONE); // the hook for SIGTERM does the rest
        }
    }

    /** The kernel takes the terminal away before it sends the signal. */
    private static boolean hasTerminal() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return !fields[TTY_FIELD].equals("0");
        } catch (IOException e) {
            return false;
        }
    }
}
