package org.peervpn.routing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What somebody who helps wants to know of this machine's network. Edge: reads, and changes nothing. */
public final class Survey {
    private static final Path SYSCTLS = Path.of("/proc/sys/net/ipv4/conf");

    private Survey() {}

    /** All chains of nftables, as {@code nft -j} writes them; a {@link RouterException} says why not. */
    public static String nftChains() throws RouterException {
        String nft = Command.find("nft", "nftables");
        Command.Result result = Command.run(List.of(nft, "-j", "list", "chains"), "");
        if (!result.succeeded()) {
            throw new RouterException("nft does not work: " + NftOwner.oneLine(result.errors()), null);
        }
        return result.output();
    }

    /** How many changes a killed node of this home, network and interface has left behind. */
    public static int leftovers(RouterSetup setup) throws RouterException {
        Path directory = setup.stateDirectory();
        if (Files.exists(directory) && !Files.isReadable(directory)) {
            throw new RouterException(directory + " cannot be read", null);
        }
        return Journal.of(setup).read().size();
    }

    /** The stricter one of what holds for all interfaces and for this one: 0 off, 1 strict, 2 loose; null if unknown. */
    public static @Nullable String reversePathFilter(String device) {
        try {
            int all = Integer.parseInt(
                    Files.readString(SYSCTLS.resolve("all/rp_filter")).strip());
            int own = Integer.parseInt(Files.readString(SYSCTLS.resolve(device).resolve("rp_filter"))
                    .strip());
            return Integer.toString(Math.max(all, own)); // the kernel takes the greater one
        } catch (IOException | NumberFormatException e) {
            return null;
        }
    }
}
