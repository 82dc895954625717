package org.peervpn.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.Passcode;
import org.peervpn.node.PresharedKeys;
import org.peervpn.node.runtime.NodeException;

/**
 * What a node knows beside its own key and must not tell. None of it is ever on the command line, which others can read.
 *
 * @param passcode null for none
 */
record Secrets(@Nullable Passcode passcode, PresharedKeys presharedKeys) {
    static final Secrets NONE = new Secrets(null, PresharedKeys.NONE);

    private static final String PSK_OPTION = "--psk-file";

    /** More lines than a node can have peers would have. */
    private static final int MAX_PSK_BYTES = 2 * 1024 * 1024;

    static Secrets read(Options options, @Nullable String passcodeVariable) throws NodeException {
        return new Secrets(Passcodes.read(options.passcodeFile, passcodeVariable), presharedKeys(options.pskFile));
    }

    /** As far as they may change while a node runs. */
    static Secrets again(Options options, NodeConfig started) throws NodeException {
        Path file = options.pskFile;
        boolean once = file != null && new SecretFile(PSK_OPTION, file).isPipe();
        return new Secrets(started.passcode(), once ? started.presharedKeys() : presharedKeys(file));
    }

    private static PresharedKeys presharedKeys(@Nullable Path file) throws NodeException {
        if (file == null) {
            return PresharedKeys.NONE;
        }
        SecretFile secret = new SecretFile(PSK_OPTION, file);
        String text = secret.read(MAX_PSK_BYTES);
        try {
            return PresharedKeys.parse(text);
        } catch (IllegalArgumentException e) {
            throw secret.wrong(e);
        }
    }
}
