package org.peervpn.cli;

import com.google.zxing.WriterException;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import java.util.ArrayList;
import java.util.List;

/**
 * A QR code as lines of half-block characters, two modules above each other in one character, with the quiet zone that
 * readers need. Light modules are drawn, dark ones left out: right on a dark terminal. With colours it is right on any.
 */
final class QrText {
    /** In modules (ISO/IEC 18004). */
    static final int QUIET_ZONE = 4;

    private static final String WHITE_ON_BLACK = "\u001b[97;40m";
    private static final String END = "\u001b[0m";

    private QrText() {}

    /** An {@link IllegalArgumentException} if the text is too long for any QR code. */
    static List<String> lines(String text, boolean coloured) {
        ByteMatrix modules = modules(text);
        List<String> lines = new ArrayList<>();
        for (int y = -QUIET_ZONE; y < modules.getHeight() + QUIET_ZONE; y += 2) {
            StringBuilder line = new StringBuilder();
            for (int x = -QUIET_ZONE; x < modules.getWidth() + QUIET_ZONE; x++) {
                line.append(half(isLight(modules, x, y), isLight(modules, x, y + 1)));
            }
            lines.add(coloured ? WHITE_ON_BLACK + line + END : line.toString());
        }
        return lines;
    }

    private static ByteMatrix modules(String text) {
        try {
            return Encoder.encode(text, ErrorCorrectionLevel.L).getMatrix();
        } catch (WriterException e) {
            throw new IllegalArgumentException("--qr: too long for a QR code", e);
        }
    }

    private static boolean isLight(ByteMatrix modules, int x, int y) {
        boolean outside = x < 0 || y < 0 || x >= modules.getWidth() || y >= modules.getHeight();
        return outside || modules.get(x, y) == 0;
    }

    private static char half(boolean upperLight, boolean lowerLight) {
        if (upperLight) {
            return lowerLight ? '█' : '▀';
        }
        return lowerLight ? '▄' : ' ';
    }
}
