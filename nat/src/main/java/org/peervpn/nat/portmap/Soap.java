package org.peervpn.nat.portmap;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.portmap.Description.Service;

/** Calls of a router's service (UPnP Device Architecture 1.1, section 3). */
final class Soap {
    // WANIPConnection:1, section 2.4.
    static final int ONLY_PERMANENT_LEASES = 725;
    static final int CONFLICT_IN_MAPPING_ENTRY = 718;
    static final int NO_SUCH_ENTRY = 714;

    private static final String ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/";

    private Soap() {}

    /**
     * What came of a call.
     *
     * @param error 0 for none, -1 if the answer is worthless
     */
    record Result(int error, List<Xml.Element> elements) {
        boolean succeeded() {
            return error == 0;
        }

        @Nullable
        String text(String name) {
            return Xml.firstText(elements, name);
        }
    }

    /** The values are numbers, addresses and words of ours: nothing in them needs to be escaped. */
    static ByteBuffer call(Service service, String action, Map<String, String> arguments) {
        StringBuilder body = new StringBuilder("<?xml version=\"1.0\"?>\r\n<s:Envelope xmlns:s=\"" + ENVELOPE
                + "\" s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body><u:" + action
                + " xmlns:u=\"" + service.type() + "\">");
        arguments.forEach((name, value) -> body.append('<')
                .append(name)
                .append('>')
                .append(value)
                .append("</")
                .append(name)
                .append('>'));
        body.append("</u:").append(action).append("></s:Body></s:Envelope>\r\n");
        return Http.post(
                service.control().host(), service.control().path(), service.type() + "#" + action, body.toString());
    }

    /** @param answer null for none */
    static Result result(@Nullable ByteBuffer answer, String action) {
        Http.Answer http = answer == null ? null : Http.parse(answer);
        List<Xml.Element> elements = http == null ? null : Xml.parse(http.body());
        if (http == null || elements == null) {
            return new Result(-1, List.of());
        }
        boolean responded = elements.stream().anyMatch(element -> element.name().equals(action + "Response"));
        if (http.status() == Http.OK && responded) {
            return new Result(0, elements);
        }
        int code = Http.number(Xml.firstText(elements, "errorCode"));
        return new Result(code == 0 ? -1 : code, elements);
    }
}
