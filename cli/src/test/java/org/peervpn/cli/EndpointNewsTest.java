package org.peervpn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.peervpn.node.NodeEvent;

class EndpointNewsTest {
    private static final String OLD = "1.2.3.4:5";
    private static final String NEW = "6.7.8.9:10";

    private final EndpointNews news = new EndpointNews(true);

    @Test
    void whatTheFirstLinesHaveToldIsNoNews() {
        news.introduced(OLD);

        assertThat(news.isNews(became(OLD))).isFalse();
        assertThat(news.isNews(code(OLD))).isFalse();
    }

    @Test
    void anotherEndpointIsToldWithItsCode() {
        news.introduced(OLD);

        assertThat(news.isNews(became(NEW))).isTrue();
        assertThat(news.isNews(code(NEW))).isTrue();
        assertThat(news.isNews(became(NEW))).isFalse();
        assertThat(news.isNews(code(NEW))).isFalse();
    }

    @Test
    void aLateFirstEndpointIsToldWithItsCode() {
        assertThat(news.isNews(became(OLD))).isTrue();
        assertThat(news.isNews(code(OLD))).isTrue();
    }

    @Test
    void anEndpointThatComesBackIsToldButItsCodeStillHolds() {
        news.introduced(OLD);

        assertThat(news.isNews(became(null))).isTrue();
        assertThat(news.isNews(became(OLD))).isTrue();
        assertThat(news.isNews(code(OLD))).isFalse();
    }

    @Test
    void whoDoesNotWaitForPeersTellsNoCode() {
        EndpointNews client = new EndpointNews(false);

        assertThat(client.isNews(became(NEW))).isTrue();
        assertThat(client.isNews(code(NEW))).isFalse();
    }

    @Test
    void allElseIsNews() {
        assertThat(news.isNews(new NodeEvent.Ready())).isTrue();
        assertThat(news.isNews(new NodeEvent.Ready())).isTrue();
    }

    private static NodeEvent became(@Nullable String endpoint) {
        return new NodeEvent.PublicEndpoint(null, endpoint, true);
    }

    private static NodeEvent code(String endpoint) {
        return new NodeEvent.InvitationCode(endpoint, "peervpn1abc");
    }
}
