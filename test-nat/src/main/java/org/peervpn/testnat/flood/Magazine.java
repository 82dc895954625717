package org.peervpn.testnat.flood;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * All that a flood sends, made beforehand.
 *
 * @param sources whose numbers the volleys bear
 * @param again whether the volleys can be sent again and again
 */
record Magazine(List<InetSocketAddress> sources, List<Volley> volleys, boolean again) {}
