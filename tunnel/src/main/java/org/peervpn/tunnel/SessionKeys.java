package org.peervpn.tunnel;

import org.peervpn.tunnel.crypto.AeadKey;

/** What a handshake yields: the transport keys, as seen from one side. */
record SessionKeys(AeadKey send, AeadKey receive) {}
