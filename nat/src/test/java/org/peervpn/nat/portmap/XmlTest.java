package org.peervpn.nat.portmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XmlTest {

    @Test
    void elementsComeInTheOrderInWhichTheyEnd() {
        assertThat(Xml.parse("<?xml version=\"1.0\"?>\n<!-- a > b --><a x=\"1 > 0\"><n:b>1 &amp; 2</n:b> <c/></a>\n"))
                .containsExactly(
                        new Xml.Element("b", 1, "1 & 2"), new Xml.Element("c", 1, ""), new Xml.Element("a", 0, ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
                "<!DOCTYPE a SYSTEM \"http://192.0.2.1/\"><a/>",
                "<a>&b;</a>",
                "<a>&#65;</a>",
                "<a>&amp</a>",
                "<a><![CDATA[b]]></a>",
                "<a><b></a></b>",
                "<a></a></a>",
                "<a>",
                "<a",
                "<a x=\"1>",
                "<>",
                "</>",
                "<!-- a",
                "text",
                ""
            })
    void whatIsNotPlainXmlIsWorthless(String document) {
        assertThat(Xml.parse(document)).isNull();
    }

    @Test
    void whatIsTooDeepTooManyOrTooLongIsWorthless() {
        assertThat(Xml.parse("<a>".repeat(32) + "</a>".repeat(32))).hasSize(32);
        assertThat(Xml.parse("<a>".repeat(33) + "</a>".repeat(33))).isNull();
        assertThat(Xml.parse("<a>" + "<b/>".repeat(5_000) + "</a>")).isNull();
        assertThat(Xml.parse("<a>" + "b".repeat(70_000) + "</a>")).isNull();
    }

    @Test
    void aNameFindsItsFirstElement() {
        List<Xml.Element> elements = Objects.requireNonNull(Xml.parse("<a><b>1</b><b>2</b></a>"));

        assertThat(Xml.firstText(elements, "b")).isEqualTo("1");
        assertThat(Xml.firstText(elements, "c")).isNull();
    }
}
