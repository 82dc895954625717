package org.peervpn.testnat;

import java.util.concurrent.CountDownLatch;

/** A program that makes a laboratory, prints its id, and never closes it. */
final class AbandonedLab {
    private AbandonedLab() {}

    public static void main(String[] arguments) throws InterruptedException {
        Lab lab = Lab.create();
        lab.add(SitePlan.of("home", NatType.PORT_RESTRICTED)).host().start("sleep", "600");
        System.out.println(lab.traces().id());
        new CountDownLatch(1).await();
    }
}
