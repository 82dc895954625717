package org.peervpn.nat.portmap;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A {@link PortMapping} and its router in virtual time, two milliseconds apart. */
final class RouterNet {
    static final int PORT = 51_820;
    static final Inet4Address ROUTER = ipv4("192.168.1.1");
    static final Inet4Address OWN = ipv4("192.168.1.2");
    private static final long ONE_WAY_NANOS = 1_000_000;
    private static final Pattern ACTION = Pattern.compile("#(\\w+)\"");

    /** What was told, as text: {@code "11.22.33.44:51820 by PCP"} or {@code "none"}. */
    final List<String> told = new ArrayList<>();

    /** What reached the router, as text, without the search's repetitions. */
    final List<String> asked = new ArrayList<>();

    final PortMapping mapping;
    long nowNanos;

    // The router.
    boolean pcp;
    boolean natPmp;
    boolean igd;
    boolean isDown;
    String external = "11.22.33.44";
    int pcpResult;
    int natPmpResult;
    int nextLifetime = 7_200;
    int givenPort; // 0 for the one that is asked for
    boolean permanentOnly;
    int takenPort; // by somebody else
    String location = "http://192.168.1.1:5000/rootDesc.xml";
    String description = description("/ctl/IPConn");
    String descriptionStatus = "200 OK";
    long bootNanos = -100_000_000_000L;
    /** External port to the lifetime that was asked for. */
    final Map<Integer, Long> mappings = new HashMap<>();

    byte[] nonce = {}; // of the last MAP

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::nanos).thenComparingLong(Event::number));
    private long numbers;

    private record Event(long nanos, long number, Runnable what) {}

    RouterNet() {
        this(true);
    }

    RouterNet(boolean wanted) {
        mapping = new PortMapping(PORT, wanted, seeded(1), new PortMapping.Output() {
            @Override
            public void send(InetSocketAddress destination, ByteBuffer datagram) {
                byte[] bytes = new byte[datagram.remaining()];
                datagram.duplicate().get(bytes);
                later(ONE_WAY_NANOS, () -> arrive(destination, bytes));
            }

            @Override
            public void exchange(long id, InetSocketAddress server, ByteBuffer request) {
                String text = UTF_8.decode(request.duplicate()).toString();
                later(2 * ONE_WAY_NANOS, () -> {
                    String answer = isDown ? null : answer(server, text);
                    mapping.answered(id, answer == null ? null : ByteBuffer.wrap(answer.getBytes(UTF_8)), nowNanos);
                });
            }

            @Override
            public void changed(@Nullable PortMapped current) {
                String text = current == null
                        ? "none"
                        : current.endpoint().getAddress().getHostAddress() + ":"
                                + current.endpoint().getPort() + " by "
                                + current.protocol().text();
                // A renewal changes only the end.
                if (told.isEmpty() || !told.get(told.size() - 1).equals(text)) {
                    told.add(text);
                }
            }
        });
    }

    static RouterNet speaking(MappingProtocol... protocols) {
        RouterNet net = new RouterNet();
        net.speak(protocols);
        return net;
    }

    void speak(MappingProtocol... protocols) {
        List<MappingProtocol> spoken = List.of(protocols);
        pcp = spoken.contains(MappingProtocol.PCP);
        natPmp = spoken.contains(MappingProtocol.NAT_PMP);
        igd = spoken.contains(MappingProtocol.UPNP_IGD);
    }

    RouterNet start() {
        mapping.gateway(new Gateway(ROUTER, OWN), nowNanos);
        runUntil(nowNanos / 1e9 + 2);
        return this;
    }

    /** Of the router, which there is. */
    PortMapping.Findings findings() {
        return Objects.requireNonNull(mapping.findings());
    }

    void runUntil(double seconds) {
        long end = (long) (seconds * 1e9);
        while (true) {
            Event event = events.peek();
            long deadline = mapping.nextDeadlineNanos();
            long next = Math.min(deadline, event == null ? Long.MAX_VALUE : event.nanos());
            if (next > end) {
                nowNanos = end;
                return;
            }
            nowNanos = Math.max(nowNanos, next);
            if (event != null && event.nanos() <= nowNanos) {
                events.remove();
                event.what().run();
            } else {
                mapping.onTimeout(nowNanos);
            }
        }
    }

    /** It loses its memory. */
    void reboot() {
        mappings.clear();
        bootNanos = nowNanos;
    }

    void deliver(String source, int port, byte[] datagram) {
        mapping.receiveDatagram(new InetSocketAddress(ipv4(source), port), ByteBuffer.wrap(datagram), nowNanos);
    }

    long count(String text) {
        return asked.stream().filter(text::equals).count();
    }

    static Inet4Address ipv4(String text) {
        return Objects.requireNonNull(Addresses.parse(text));
    }

    static SecureRandom seeded(long seed) {
        try {
            SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
            random.setSeed(seed);
            return random;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void later(long nanos, Runnable what) {
        events.add(new Event(nowNanos + nanos, numbers++, what));
    }

    private int epoch() {
        return (int) ((nowNanos - bootNanos) / 1_000_000_000L);
    }

    private void answerFrom(int port, byte[] datagram) {
        later(ONE_WAY_NANOS, () -> deliver("192.168.1.1", port, datagram));
    }

    private void arrive(InetSocketAddress destination, byte[] datagram) {
        if (isDown) {
            return;
        }
        if (destination.equals(Ssdp.GROUP)) {
            if (igd) {
                answerFrom(1900, ssdp(location));
            }
        } else if (datagram[0] == 2) {
            if (pcp) {
                pcp(datagram);
            } else if (natPmp) {
                answerFrom(5351, new byte[] {0, (byte) (datagram[1] | 0x80), 0, 1, 0, 0, 0, 1});
            }
        } else if (natPmp) {
            natPmp(datagram);
        } else if (pcp) {
            answerFrom(
                    5351,
                    ByteBuffer.allocate(24)
                            .put((byte) 2)
                            .put((byte) 0x80)
                            .put(3, (byte) 1)
                            .array());
        }
    }

    private void pcp(byte[] request) {
        ByteBuffer in = ByteBuffer.wrap(request);
        int lifetime = in.getInt(4);
        byte[] answer = request.clone();
        ByteBuffer out = ByteBuffer.wrap(answer);
        out.put(1, (byte) (request[1] | 0x80)).put(3, (byte) pcpResult).putInt(8, epoch());
        out.putInt(12, 0).putLong(16, 0);
        if (request[1] == 0) {
            asked.add("PCP ANNOUNCE");
        } else {
            asked.add("PCP MAP " + lifetime);
            nonce = new byte[12];
            in.get(24, nonce);
            int port = givenPort != 0 ? givenPort : PORT;
            record(port, lifetime);
            out.putInt(4, lifetime == 0 ? 0 : nextLifetime);
            out.putShort(42, (short) port).put(56, ipv4(external).getAddress());
        }
        answerFrom(5351, answer);
    }

    private void natPmp(byte[] request) {
        ByteBuffer in = ByteBuffer.wrap(request);
        if (request[1] == 0) {
            asked.add("NAT-PMP ADDRESS");
            answerFrom(
                    5351,
                    ByteBuffer.allocate(12)
                            .put((byte) 0)
                            .put((byte) 128)
                            .putShort((short) natPmpResult)
                            .putInt(epoch())
                            .put(ipv4(external).getAddress())
                            .array());
            return;
        }
        int lifetime = in.getInt(8);
        asked.add("NAT-PMP MAP " + lifetime);
        int port = givenPort != 0 ? givenPort : PORT;
        record(port, lifetime);
        answerFrom(
                5351,
                ByteBuffer.allocate(16)
                        .put((byte) 0)
                        .put((byte) 129)
                        .putShort((short) natPmpResult)
                        .putInt(epoch())
                        .putShort(in.getShort(4))
                        .putShort((short) port)
                        .putInt(lifetime == 0 ? 0 : nextLifetime)
                        .array());
    }

    private void record(int port, long lifetime) {
        if (lifetime == 0) {
            mappings.remove(port);
        } else {
            mappings.put(port, lifetime);
        }
    }

    private @Nullable String answer(InetSocketAddress server, String request) {
        if (!igd || !server.equals(new InetSocketAddress(ROUTER, 5000))) {
            asked.add("exchange with " + server);
            return null;
        }
        if (request.startsWith("GET ")) {
            asked.add("GET " + request.substring(4, request.indexOf(" HTTP")));
            return http(descriptionStatus, description);
        }
        Matcher matcher = ACTION.matcher(request);
        String action = matcher.find() ? matcher.group(1) : "?";
        asked.add(action);
        return switch (action) {
            case "GetExternalIPAddress" ->
                soap(action, "<NewExternalIPAddress>" + external + "</NewExternalIPAddress>");
            case "AddPortMapping" -> add(request);
            case "GetSpecificPortMappingEntry" ->
                mappings.containsKey(number(request, "NewExternalPort"))
                        ? soap(
                                action,
                                "<NewInternalPort>" + PORT + "</NewInternalPort><NewInternalClient>192.168.1.2"
                                        + "</NewInternalClient><NewEnabled>1</NewEnabled>")
                        : fault(714);
            case "DeletePortMapping" -> {
                mappings.remove(number(request, "NewExternalPort"));
                yield soap(action, "");
            }
            default -> fault(401);
        };
    }

    private String add(String request) {
        int port = number(request, "NewExternalPort");
        int lease = number(request, "NewLeaseDuration");
        if (permanentOnly && lease != 0) {
            return fault(725);
        }
        if (port == takenPort) {
            return fault(718);
        }
        mappings.put(port, (long) lease);
        return soap("AddPortMapping", "");
    }

    private static int number(String request, String name) {
        Matcher matcher = Pattern.compile("<" + name + ">(\\d+)<").matcher(request);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
    }

    static byte[] ssdp(String location) {
        return ("HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\n"
                        + "ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nEXT:\r\nLOCATION: " + location
                        + "\r\n\r\n")
                .getBytes(UTF_8);
    }

    static String description(String controlUrl) {
        return "<?xml version=\"1.0\"?><root xmlns=\"urn:schemas-upnp-org:device-1-0\"><device><serviceList><service>"
                + "<serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType>"
                + "<controlURL>/ctl/L3F</controlURL></service></serviceList><deviceList><device><serviceList><service>"
                + "<serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>" + controlUrl
                + "</controlURL></service></serviceList></device></deviceList></device></root>";
    }

    static String http(String status, String body) {
        return "HTTP/1.1 " + status + "\r\nContent-Type: text/xml\r\nContent-Length: " + body.getBytes(UTF_8).length
                + "\r\n\r\n" + body;
    }

    private static String soap(String action, String content) {
        return http(
                "200 OK",
                "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"x\"><s:Body><u:" + action + "Response xmlns:u=\"y\">"
                        + content + "</u:" + action + "Response></s:Body></s:Envelope>");
    }

    private static String fault(int code) {
        return http(
                "500 Internal Server Error",
                "<s:Envelope><s:Body><s:Fault><detail><UPnPError><errorCode>" + code
                        + "</errorCode></UPnPError></detail></s:Fault></s:Body></s:Envelope>");
    }
}
