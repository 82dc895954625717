/** Edge: the command line. Turns flags into a node's configuration, and what happens into lines, JSON and exit codes. */
@NullMarked
package org.peervpn.cli;

import org.jspecify.annotations.NullMarked;
