package org.peervpn.testnat.bench;

import java.util.List;
import org.peervpn.testnat.Lab;

/** A contender with a node on each host, of which the right one can serve a crowd. */
abstract class Pair extends Contender {
    Pair(Lab lab, String pair, String name) {
        super(lab, pair, name);
    }

    /** Starts the right node alone, for many clients with these keys. */
    abstract CrowdNode startForCrowd(List<String> publicKeys);
}
