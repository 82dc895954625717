package org.peervpn.tunnel.crypto;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Properties;

/** Published test vectors: hexadecimal values by name. */
public final class Vectors {
    private final Properties values = new Properties();

    public Vectors(String name) {
        try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + name + ".properties")) {
            values.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public byte[] get(String name) {
        String value = values.getProperty(name);
        if (value == null) {
            throw new IllegalArgumentException("no vector " + name);
        }
        return HexFormat.of().parseHex(value);
    }
}
