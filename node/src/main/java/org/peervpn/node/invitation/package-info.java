/** What people give one another to meet: invitation codes, and words to compare by voice. Core: bytes and time come in. */
@NullMarked
package org.peervpn.node.invitation;

import org.jspecify.annotations.NullMarked;
