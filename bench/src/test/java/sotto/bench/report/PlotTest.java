package sotto.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.DoubleStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import sotto.bench.report.Plot.Point;
import sotto.bench.report.Plot.Scale;

final class PlotTest {
  private static Document parsed(Plot plot) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(plot.svg().getBytes(StandardCharsets.UTF_8)));
  }

  private static Plot plot(boolean logarithmic) {
    return new Plot("a < b", new Scale("x & y", false), new Scale("ms", logarithmic));
  }

  @Test
  void everyPoint_isDrawn_higherValuesHigherUp_andNamesAreEscaped() throws Exception {
    var plot = plot(false);
    plot.line("<one>", List.of(new Point(0, 0), new Point(10, 100)));

    var svg = parsed(plot);

    var circles = svg.getElementsByTagName("circle");
    assertThat(circles.getLength()).isEqualTo(2);
    var low = circles.item(0).getAttributes();
    var high = circles.item(1).getAttributes();
    assertThat(Double.parseDouble(high.getNamedItem("cx").getNodeValue()))
        .isGreaterThan(Double.parseDouble(low.getNamedItem("cx").getNodeValue()));
    assertThat(Double.parseDouble(high.getNamedItem("cy").getNodeValue()))
        .isLessThan(Double.parseDouble(low.getNamedItem("cy").getNodeValue()));
    assertThat(svg.getDocumentElement().getTextContent()).contains("a < b", "x & y", "<one>");
  }

  @Test
  void whatHasNoPlace_isLeftOut_andAnEmptyPlotIsAPicture() throws Exception {
    var plot = plot(true);
    plot.line("one", List.of(new Point(1, 0), new Point(2, Double.NaN), new Point(3, 5)));

    assertThat(parsed(plot).getElementsByTagName("circle").getLength()).isEqualTo(1);
    assertThat(parsed(plot(true)).getElementsByTagName("circle").getLength()).isZero();
  }

  @Test
  void axes_haveRoundMarks_thatHoldAllValues() {
    var plain = Axis.over("", false, DoubleStream.of(3, 47));
    assertThat(plain.marks()).containsExactly(0.0, 10.0, 20.0, 30.0, 40.0, 50.0);
    assertThat(plain.place(25)).isCloseTo(0.5, within(1e-9));

    var logarithmic = Axis.over("", true, DoubleStream.of(0, 0.7, 30));
    assertThat(logarithmic.low()).isCloseTo(0.1, within(1e-9));
    assertThat(logarithmic.high()).isCloseTo(100, within(1e-9));
    assertThat(logarithmic.place(1)).isCloseTo(1 / 3.0, within(1e-9));

    assertThat(Axis.over("", false, DoubleStream.of(0)).marks()).startsWith(0.0).endsWith(1.0);
    assertThat(List.of(0.1, 1.0, 1500.0))
        .extracting(Axis::shown)
        .containsExactly("0.1", "1", "1,500");
  }
}
