package org.peervpn.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

    @ParameterizedTest
    @CsvSource({
        "10.2.0.0/16,10.2.0.0/16",
        "0.0.0.0/0,0.0.0.0/0",
        "192.0.2.1,192.0.2.1/32",
        "::/0,::/0",
        "::1,::1/128",
        "FD70:6565:7276::/48,fd70:6565:7276::/48",
        "2001:db8:0:0:1:0:0:1,2001:db8::1:0:0:1/128",
        "2001:0:0:1:0:0:0:1,2001:0:0:1::1/128",
        "1:2:3:4:5:6:7:0/112,1:2:3:4:5:6:7:0/112",
        "fe80::/10,fe80::/10"
    })
    void prefixesAreReadAndWritten(String text, String written) {
        assertThat(Cidr.parse(text)).hasToString(written);
        assertThat(Cidr.parse(written)).isEqualTo(Cidr.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "x",
                "localhost",
                "localhost/8",
                "10.2.0.0/",
                "10.2.0.0/33",
                "10.2.0.0/-1",
                "10.2.0.0/+8",
                "10.2.0.0/08",
                "10.2.0.0/16/16",
                "10.2/16",
                "010.2.0.0/16",
                "256.0.0.0/8",
                "1.2.3.4.5",
                " 10.2.0.0/16",
                "::/129",
                ":::/8",
                "1::2::3/128",
                "fe80::1%lo/128",
                "[::1]/128",
                "12345::/16",
                "g::/8",
                "10.2.0.0\n/16",
                "::/999",
                "1:2:3:4:5:6:7:8:9/64",
                "10.2.0.0/٨"
            })
    void whatIsNoPrefixIsRefusedWithOneLine(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cidr.parse(text))
                .withMessageStartingWith("not an address prefix such as 10.2.0.0/16: \"")
                .withMessageNotContainingAny("\n");
    }

    @ParameterizedTest
    @CsvSource({"10.2.3.4/16,10.2.0.0/16", "fd70::1/64,fd70::/64", "0.0.0.1/0,0.0.0.0/0", "::1/0,::/0", "::1/65,::/65"})
    void hostBitsAreRefusedWithAProposal(String text, String proposal) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cidr.parse(text))
                .withMessage("\"" + text + "\" has host bits set; did you mean " + proposal + "?");
    }

    @Test
    void mappedAddressesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cidr.parse("::ffff:10.0.0.1"))
                .withMessage("IPv4 in IPv6 clothes: write \"10.0.0.1\" for \"::ffff:10.0.0.1\"");
    }

    @Test
    void prefixesContainTheirAddressesAndNoOthers() {
        assertThat(Cidr.parse("10.2.0.0/16").contains(Cidr.parse("10.2.255.255").address()))
                .isTrue();
        assertThat(Cidr.parse("10.2.0.0/16").contains(Cidr.parse("10.3.0.0").address()))
                .isFalse();
        assertThat(Cidr.parse("0.0.0.0/0").contains(Cidr.parse("::1").address()))
                .isFalse();
        assertThat(Cidr.parse("::/0").contains(Cidr.parse("1.2.3.4").address())).isFalse();
        assertThat(Cidr.parse("fd70::/65")
                        .contains(Cidr.parse("fd70:0:0:0:7fff::").address()))
                .isTrue();
        assertThat(Cidr.parse("fd70::/65")
                        .contains(Cidr.parse("fd70:0:0:0:8000::").address()))
                .isFalse();
    }

    @Test
    void prefixesOverlapIfOneContainsTheOther() {
        assertThat(Cidr.parse("10.0.0.0/8").overlaps(Cidr.parse("10.2.0.0/16"))).isTrue();
        assertThat(Cidr.parse("10.2.0.0/16").overlaps(Cidr.parse("10.0.0.0/8"))).isTrue();
        assertThat(Cidr.parse("10.2.0.0/16").overlaps(Cidr.parse("10.3.0.0/16")))
                .isFalse();
        assertThat(Cidr.parse("0.0.0.0/0").overlaps(Cidr.parse("::/0"))).isFalse();
    }
}
