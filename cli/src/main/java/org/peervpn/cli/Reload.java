package org.peervpn.cli;

import org.peervpn.node.NodeConfig;
import org.peervpn.node.runtime.Node;
import org.peervpn.node.runtime.NodeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration file again while a node runs: whom to call, whom to admit, the
 * preshared keys and the log level may change.
 */
final class Reload {
    private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

    private final Settings settings;
    private final NodeConfig started;

    /** Of the one thread that hears the signal. */
    private boolean hadFile;

    Reload(Settings settings, NodeConfig started) {
        this.settings = settings;
        this.started = started;
        this.hadFile = settings.hasFile();
    }

    /** Returns false if there was no file and is none. A bad one, or one that is gone, changes nothing. */
    boolean apply(Node node) {
        try {
            Options options = settings.read();
            if (!settings.hasFile() && !hadFile) {
                return false;
            }
            if (!settings.hasFile()) {
                throw new IllegalArgumentException("the configuration file is gone");
            }
            hadFile = true;
            options.check();
            NodeConfig config = NodeConfigs.forNode(
                    options,
                    started.privateKey(),
                    Secrets.again(options, started),
                    started.remembered(),
                    started.version());
            Logging.level(options);
            node.reload(config.connect(), config.allow(), config.presharedKeys());
            LOG.info("The configuration was read again.");
        } catch (IllegalArgumentException | UsageException | NodeException e) {
            String reason = Printable.line(settings.explain(String.valueOf(e.getMessage())));
            LOG.warn("The configuration was not read again, all stays as it was: {}", reason);
        }
        return true;
    }
}
