package org.peervpn.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A file that may tell us, who may be root, what to do: a regular file of bounded size, which belongs to somebody who may
 * decide that anyway and which nobody else can write. What is wrong with it is an {@link IllegalArgumentException}.
 */
final class TrustedFile {
    private static final int MAX_BYTES = 256 * 1024;
    private static final String ATTRIBUTES = "unix:isRegularFile,uid,permissions,fileKey";

    private TrustedFile() {}

    /**
     * Its text.
     *
     * @param owners the user ids to whom it may belong
     */
    static String read(Path file, Set<Integer> owners) {
        try {
            Map<String, Object> before = attributes(file);
            check(file, before, owners);
            byte[] bytes;
            // What a link points to may be another user's, whose file root could read.
            try (InputStream stream = Channels.newInputStream(
                    Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)))) {
                bytes = stream.readNBytes(MAX_BYTES + 1);
            }
            if (!Objects.equals(before.get("fileKey"), attributes(file).get("fileKey"))) {
                throw new IllegalArgumentException(file + ": it was replaced while it was read");
            }
            if (bytes.length > MAX_BYTES) {
                throw new IllegalArgumentException(file + ": longer than " + MAX_BYTES + " bytes");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + ": not a text in UTF-8", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read: " + reason(e), e);
        }
    }

    private static Map<String, Object> attributes(Path file) throws IOException {
        return Files.readAttributes(file, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    }

    private static void check(Path file, Map<String, Object> attributes, Set<Integer> owners) {
        if (!Boolean.TRUE.equals(attributes.get("isRegularFile"))) {
            throw new IllegalArgumentException(file + ": not a regular file");
        }
        if (attributes.get("uid") instanceof Integer owner && !owners.contains(owner)) {
            throw new IllegalArgumentException(file + ": belongs to user " + owner + ", who may not decide what we do");
        }
        if (attributes.get("permissions") instanceof Set<?> permissions
                && (permissions.contains(PosixFilePermission.GROUP_WRITE)
                        || permissions.contains(PosixFilePermission.OTHERS_WRITE))) {
            throw new IllegalArgumentException(file + ": other users can write it; close it with: chmod go-w " + file);
        }
    }

    /** The JDK's messages begin with the file, which ours have named already, and may say nothing else. */
    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        String reason = e instanceof FileSystemException failure ? failure.getReason() : e.getMessage();
        return reason != null ? reason : "no such file";
    }
}
