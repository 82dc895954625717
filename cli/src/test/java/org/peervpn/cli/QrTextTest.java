package org.peervpn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.ReaderException;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QrTextTest {
    private static final String CODE =
            "PEERVPN101MG0TR1GZ02ER20C2Q1WRKH5BR7VR6W2W8S7Y1DBG881CPAA4E2CZRPT7TZS5BRFME78XV5DHV6ABB3D1"
                    + "GQ4WS6R2MB45YADH3CP03H5Q56RBRJ400GVE0J6HB7H6NWVVR14D2PF356RDPB01RJV721CAEJ0WMX40E65ST4";
    private static final int PIXELS = 4;

    @ParameterizedTest
    @ValueSource(
            strings = {CODE, "x", "[Interface]\nPrivateKey = KAnuThZKAOq4bpEbi6GSQ4GJImGGwsJt+8QBm9bo8Xc=\nname = ü\n"})
    void aReaderReadsWhatIsPrinted(String text) throws ReaderException {
        assertThat(read(QrText.lines(text, false))).isEqualTo(text);
    }

    @Test
    void coloursAreOfTheTerminalAndChangeNothingElse() {
        List<String> plain = QrText.lines(CODE, false);
        List<String> coloured = QrText.lines(CODE, true);

        assertThat(coloured).allMatch(line -> line.startsWith("\u001b[97;40m") && line.endsWith("\u001b[0m"));
        assertThat(coloured.stream().map(line -> line.replaceAll("\u001b\\[[0-9;]*m", "")))
                .isEqualTo(plain);
    }

    @Test
    void aCodeFitsIntoATerminalAndHasAQuietZone() {
        List<String> lines = QrText.lines(CODE, false);

        assertThat(lines).hasSizeLessThanOrEqualTo(25).allMatch(line -> line.length() <= 60);
        assertThat(lines.subList(0, QrText.QUIET_ZONE / 2)).allMatch(line -> line.matches("█+"));
        assertThat(lines).allMatch(line -> line.startsWith("████") && line.endsWith("████"));
    }

    @Test
    void whatIsTooLongIsRefused() {
        assertThatThrownBy(() -> QrText.lines("x".repeat(5000), false)).hasMessageContaining("too long");
    }

    /** As a camera would: light where a block was drawn. */
    private static String read(List<String> lines) throws ReaderException {
        int width = lines.get(0).length();
        int height = 2 * lines.size();
        int[] pixels = new int[width * PIXELS * height * PIXELS];
        for (int y = 0; y < height * PIXELS; y++) {
            for (int x = 0; x < width * PIXELS; x++) {
                int module = y / PIXELS;
                char half = lines.get(module / 2).charAt(x / PIXELS);
                boolean light = half == '█' || half == (module % 2 == 0 ? '▀' : '▄');
                pixels[y * width * PIXELS + x] = light ? 0xffffff : 0;
            }
        }
        RGBLuminanceSource source = new RGBLuminanceSource(width * PIXELS, height * PIXELS, pixels);
        return new QRCodeReader()
                .decode(new BinaryBitmap(new HybridBinarizer(source)))
                .getText();
    }
}
