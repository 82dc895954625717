package org.peervpn.nat.portmap;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a router tells of itself: which services map ports (UPnP Device Architecture 1.1, section 2.3). */
final class Description {
    private static final String PREFIX = "urn:schemas-upnp-org:service:";
    private static final Set<String> TYPES =
            Set.of(PREFIX + "WANIPConnection:1", PREFIX + "WANIPConnection:2", PREFIX + "WANPPPConnection:1");
    private static final int MAX_SERVICES = 4;

    private Description() {}

    /** @param type one of the few that we know, so that it may stand in requests */
    record Service(String type, Location control) {}

    /** In the router's order; empty if there is none, or the document is worthless. */
    static List<Service> services(String document, Location own, Inet4Address router) {
        List<Xml.Element> elements = Xml.parse(document);
        if (elements == null) {
            return List.of();
        }
        Location base = base(elements, own, router);
        List<Service> services = new ArrayList<>();
        String type = "";
        String control = "";
        for (Xml.Element element : elements) {
            switch (element.name()) {
                case "serviceType" -> type = element.text();
                case "controlURL" -> control = element.text();
                case "service" -> {
                    Location location = base.resolve(control, router);
                    if (TYPES.contains(type) && location != null && services.size() < MAX_SERVICES) {
                        services.add(new Service(type, location));
                    }
                    type = "";
                    control = "";
                }
                default -> {}
            }
        }
        return services;
    }

    private static Location base(List<Xml.Element> elements, Location own, Inet4Address router) {
        String text = Xml.firstText(elements, "URLBase");
        @Nullable Location base = text == null ? null : Location.parse(text, router);
        return base == null ? own : base;
    }
}
