package org.peervpn.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IpBatchTest {

    @Test
    void eachFailureHasItsLineAndItsLastMessage() {
        assertThat(IpBatch.failures("""
                RTNETLINK answers: File exists
                Command failed -:2
                Error: ipv4: FIB table does not exist.
                Command failed -:5
                Cannot find device "peervpn0"
                Command failed -:6
                Error: ipv6: address not found.
                Command failed -:8
                Error: ipv4: Address not found.
                Command failed -:9
                RTNETLINK answers: Operation not permitted
                Command failed -:7
                """))
                .satisfiesExactly(
                        exists -> {
                            assertThat(exists).isEqualTo(new IpBatch.Failure(2, "File exists"));
                            assertThat(exists.isThereAlready()).isTrue();
                        },
                        table -> assertThat(table.isGone()).isTrue(),
                        device -> assertThat(device.isGone()).isTrue(),
                        address -> assertThat(address.isGone()).isTrue(),
                        address -> assertThat(address.isGone()).isTrue(),
                        permission -> assertThat(permission.isGone()).isFalse());
    }

    @Test
    void oneTransactionIsOneLine() {
        String text = """
                table inet x {
                chain y {
                type filter hook output priority 0; policy accept;
                ip daddr { 1.2.3.4 } drop
                }
                }
                """;
        assertThat(NftOwner.oneLine(text))
                .isEqualTo("table inet x { chain y { type filter hook output priority 0; policy accept;"
                        + " ip daddr { 1.2.3.4 } drop; }; };");
    }
}
