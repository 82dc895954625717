package org.peervpn.routing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/**
 * A child {@code ip monitor} that tells when links, addresses, routes or rules change, whoever changes them. It ends when
 * we do, however we end: the kernel sees to that. Edge; its reader is a thread of its own, which calls the listener.
 */
final class NetworkMonitor implements AutoCloseable {

    private final Process process;
    private final Runnable onChange;
    private final Pattern ours;
    private final AtomicBoolean suspicious = new AtomicBoolean();

    private NetworkMonitor(Process process, String ownInterface, Runnable onChange) {
        this.process = process;
        this.onChange = onChange;
        this.ours = ours(ownInterface);
    }

    /** What may mean that something of ours is gone; the kernel does not tell all routes that go with an interface. */
    static Pattern ours(String ownInterface) {
        return Pattern.compile("^Deleted .* proto " + RouterSetup.PROTOCOL + "\\b"
                + "|^(Deleted )?\\d+: \\Q" + ownInterface + "\\E[:@ ]"
                + "|netlink receive error");
    }

    static NetworkMonitor start(String ip, String setpriv, String ownInterface, Runnable onChange)
            throws RouterException {
        // It would not see the end of our pipe before the next change, so the kernel has to end it with us.
        ProcessBuilder builder = Command.builder(
                List.of(setpriv, "--pdeathsig", "KILL", ip, "-o", "monitor", "link", "address", "route", "rule"));
        builder.redirectErrorStream(true);
        try {
            NetworkMonitor monitor = new NetworkMonitor(builder.start(), ownInterface, onChange);
            Thread reader = new Thread(monitor::read, "ip-monitor");
            reader.setDaemon(true);
            reader.start();
            return monitor;
        } catch (IOException e) {
            throw new RouterException("cannot run " + ip + ": " + e.getMessage(), e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Whether something of ours may have been taken away since this was last asked. */
    boolean takeSuspicion() {
        return suspicious.getAndSet(false);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void read() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            String line = reader.readLine();
            while (line != null) {
                if (ours.matcher(line).find()) {
                    suspicious.set(true);
                }
                onChange.run();
                line = reader.readLine();
            }
        } catch (IOException e) {
            // The pipe broke: the same as its end.
        }
    }
}
