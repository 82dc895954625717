package org.peervpn.testnat;

/** The connections that the matrix of pairs is made of. */
public enum NatKind {
    PUBLIC("public", NatType.PUBLIC),
    FIREWALL("firewall", NatType.FIREWALL),
    FULL_CONE("full-cone", NatType.FULL_CONE),
    ADDRESS_RESTRICTED("address-restricted", NatType.ADDRESS_RESTRICTED),
    PORT_RESTRICTED("port-restricted", NatType.PORT_RESTRICTED),
    RANDOM_PORT("port-restricted+random-port", NatType.PORT_RESTRICTED),
    CGN("cgn=port-restricted", NatType.PORT_RESTRICTED),
    ADDRESS_DEPENDENT("address-dependent", NatType.ADDRESS_DEPENDENT),
    SYMMETRIC("symmetric", NatType.SYMMETRIC),
    SYMMETRIC_SEQ("symmetric-seq", NatType.SYMMETRIC_SEQ);

    private final String text;
    private final NatType type;

    NatKind(String text, NatType type) {
        this.text = text;
        this.type = type;
    }

    /** What stands next to the site. */
    public NatType type() {
        return type;
    }

    SitePlan plan(String name) {
        SitePlan plan = SitePlan.of(name, type);
        return switch (this) {
            case RANDOM_PORT -> plan.with(SiteFeature.RANDOM_PORT);
            case CGN -> plan.behind(NatType.PORT_RESTRICTED);
            default -> plan;
        };
    }

    /** The mapping depends on the destination. */
    public boolean isHard() {
        return type == NatType.ADDRESS_DEPENDENT || type == NatType.SYMMETRIC || type == NatType.SYMMETRIC_SEQ;
    }

    /** What comes from an unforeseen port is let in. */
    public boolean looksAtNoPort() {
        return type == NatType.PUBLIC || type == NatType.FULL_CONE || type == NatType.ADDRESS_RESTRICTED;
    }

    /** Whether the two need prediction or spraying. */
    public static boolean needTrick(NatKind one, NatKind other) {
        return one.isHard() != other.isHard() && !(one.isHard() ? other : one).looksAtNoPort();
    }

    @Override
    public String toString() {
        return text;
    }
}
