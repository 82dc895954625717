package org.peervpn.testnat;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Everything that one laboratory leaves on the machine: its network namespaces, their files in {@code /etc/netns}, and a
 * directory in {@code /run}. All of it carries the laboratory's id, which names the process that owns it, so that the
 * traces of a killed run can be told and removed.
 */
final class LabTraces {
    private static final Path RUN = Path.of("/run/peervpn-lab");
    private static final Path ETC_NETNS = Path.of("/etc/netns");
    private static final String ID_PREFIX = "pv";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final String id;

    private LabTraces(String id) {
        this.id = id;
    }

    /** Takes the next free id of this process: "pv", the process id in base 36, a letter. */
    static LabTraces claim() {
        String process = ID_PREFIX + Long.toString(ProcessHandle.current().pid(), 36);
        for (char letter = 'a'; letter <= 'z'; letter++) {
            LabTraces traces = new LabTraces(process + letter);
            if (traces.create()) {
                return traces;
            }
        }
        throw new LabException("more than 26 laboratories in one process");
    }

    /** Removes what dead processes have left behind. */
    static void removeStale() {
        list(RUN).stream()
                .map(directory -> new LabTraces(directory.getFileName().toString()))
                .filter(traces -> !traces.isOwnerAlive())
                .forEach(LabTraces::remove);
    }

    static void delete(Path tree) {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new LabException("cannot delete " + tree, e);
        }
    }

    String id() {
        return id;
    }

    Path directory() {
        return RUN.resolve(id);
    }

    String namespace(String host) {
        return id + "-" + host;
    }

    /** The files in here appear in /etc of every program that runs in the namespace. */
    Path etc(String host) {
        return ETC_NETNS.resolve(namespace(host));
    }

    List<String> namespaces() {
        return run("ip", "netns", "list")
                .output()
                .lines()
                .map(line -> line.split(" ", 2)[0])
                .filter(name -> name.startsWith(id + "-"))
                .toList();
    }

    void remove() {
        List<String> namespaces = namespaces();
        // A program may have started others, which still hold the namespace.
        namespaces.stream()
                .flatMap(name -> run("ip", "netns", "pids", name).output().lines())
                .map(pid -> ProcessHandle.of(Long.parseLong(pid)))
                .flatMap(Optional::stream)
                .forEach(ProcessHandle::destroyForcibly);
        namespaces.forEach(name -> run("ip", "netns", "delete", name));
        list(ETC_NETNS).stream()
                .filter(path -> path.getFileName().toString().startsWith(id + "-"))
                .forEach(LabTraces::delete);
        delete(directory());
        deleteIfEmpty(ETC_NETNS);
        deleteIfEmpty(RUN);
    }

    private boolean create() {
        try {
            Files.createDirectories(RUN);
            Files.createDirectory(directory());
            Files.writeString(directory().resolve("started"), started(ProcessHandle.current()));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (NoSuchFileException e) {
            // Another laboratory, ending just now, has removed the empty parent.
            return create();
        } catch (IOException e) {
            throw new LabException("cannot create " + directory(), e);
        }
    }

    private boolean isOwnerAlive() {
        long pid = Long.parseLong(id.substring(ID_PREFIX.length(), id.length() - 1), 36);
        Optional<ProcessHandle> owner = ProcessHandle.of(pid);
        Path file = directory().resolve("started");
        try {
            // The number may have been given to another process since; without the file, the owner is just writing it.
            return owner.isPresent()
                    && (!Files.exists(file) || Files.readString(file).equals(started(owner.get())));
        } catch (IOException e) {
            throw new LabException("cannot read " + file, e);
        }
    }

    private static String started(ProcessHandle process) {
        return process.info().startInstant().map(Object::toString).orElse("");
    }

    private static CommandResult run(String... command) {
        return RunningProcess.run(String.join(" ", command), List.of(command), "", TIMEOUT)
                .orThrow();
    }

    private static List<Path> list(Path directory) {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new LabException("cannot list " + directory, e);
        }
    }

    private static void deleteIfEmpty(Path directory) {
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            // Somebody else's.
        } catch (IOException e) {
            throw new LabException("cannot delete " + directory, e);
        }
    }
}
