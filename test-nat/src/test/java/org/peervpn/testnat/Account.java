package org.peervpn.testnat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Who runs the program on a host, and how that user came by the right to: the command that goes before it. */
enum Account {
    ROOT(0) {
        @Override
        List<String> wrapper(Host host) {
            return List.of("env", "-u", "SUDO_UID", "-u", "SUDO_GID");
        }
    },
    /** Root, as sudo makes it. */
    SUDO(12_345) {
        @Override
        List<String> wrapper(Host host) {
            return List.of("env", "SUDO_UID=" + id(), "SUDO_GID=" + id(), "HOME=/root");
        }
    },
    /** An ordinary user who was given the capability, as a service manager does it. */
    CAPABLE(12_345) {
        @Override
        List<String> wrapper(Host host) {
            return asUser("--inh-caps=+net_admin", "--ambient-caps=+net_admin");
        }
    },
    /** The same user without it. */
    PLAIN(12_345) {
        @Override
        List<String> wrapper(Host host) {
            return asUser();
        }
    },
    STRANGER(23_456) {
        @Override
        List<String> wrapper(Host host) {
            return asUser();
        }
    };

    private final int id;

    Account(int id) {
        this.id = id;
    }

    abstract List<String> wrapper(Host host);

    int id() {
        return id;
    }

    CommandResult call(Host host, String... options) {
        return host.exec(BadInputIT.PATIENCE, command(host, options));
    }

    /** The device for TUN is open to users, as udev makes it. */
    RunningProcess start(Host host, String... options) {
        return host.start(command(host, options));
    }

    /** A directory for the home, in which only this user may make it. */
    Account owning(Path home) throws IOException {
        Path directory = Files.createDirectories(home).getParent();
        Files.delete(home);
        Files.setAttribute(directory, "unix:uid", id);
        return this;
    }

    List<String> asUser(String... privileges) {
        List<String> command = new ArrayList<>(List.of("setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups"));
        command.addAll(Arrays.asList(privileges));
        return command;
    }

    private String[] command(Host host, String... options) {
        String devices = "mount -t tmpfs tmpfs /mnt && mknod -m 666 /mnt/tun c 10 200"
                + " && mount --bind /mnt/tun /dev/net/tun && umount -l /mnt && exec \"$@\"";
        List<String> wrapper = Stream.concat(
                        Stream.of("unshare", "--mount", "sh", "-c", devices, "sh"), wrapper(host).stream())
                .toList();
        return BadInputIT.command(wrapper, host, options);
    }
}
