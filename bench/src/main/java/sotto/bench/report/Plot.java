package sotto.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/// Lines over a plane, as SVG.
public final class Plot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int RIGHT = 190;
  private static final int TOP = 40;
  private static final int BOTTOM = 50;
  // Told apart by people who see few colours too (Okabe and Ito).
  private static final List<String> COLOURS =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000");

  private final String title;
  private final Scale across;
  private final Scale up;
  private final List<Line> lines = new ArrayList<>();

  /// How an axis counts.
  ///
  /// @param label with its unit
  /// @param logarithmic whether equal steps multiply
  public record Scale(String label, boolean logarithmic) {}

  /// A place.
  ///
  /// @param x across
  /// @param y up
  public record Point(double x, double y) {}

  private record Line(String name, List<Point> points) {}

  /// One without lines yet.
  public Plot(String title, Scale across, Scale up) {
    this.title = title;
    this.across = across;
    this.up = up;
  }

  String title() {
    return title;
  }

  /// Adds a line; a point that is not a number, or has no place on a logarithmic axis, is left out.
  public void line(String name, List<Point> points) {
    lines.add(new Line(name, points.stream().filter(this::hasPlace).toList()));
  }

  private boolean hasPlace(Point point) {
    return Double.isFinite(point.x())
        && Double.isFinite(point.y())
        && (!across.logarithmic() || point.x() > 0)
        && (!up.logarithmic() || point.y() > 0);
  }

  private DoubleStream all(ToDoubleFunction<Point> of) {
    return lines.stream().flatMap(line -> line.points().stream()).mapToDouble(of);
  }

  /// The whole picture.
  String svg() {
    Axis x = Axis.over(across.label(), across.logarithmic(), all(Point::x));
    Axis y = Axis.over(up.label(), up.logarithmic(), all(Point::y));
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                + " font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
            WIDTH,
            HEIGHT));
    label(svg, LEFT, 22, "start", title, " font-weight=\"bold\"");
    for (double mark : x.marks()) {
      double at = x(x, mark);
      stroke(svg, at, TOP, at, HEIGHT - BOTTOM);
      label(svg, at, HEIGHT - BOTTOM + 16, "middle", Axis.shown(mark), "");
    }
    for (double mark : y.marks()) {
      double at = y(y, mark);
      stroke(svg, LEFT, at, WIDTH - RIGHT, at);
      label(svg, LEFT - 6, at + 4, "end", Axis.shown(mark), "");
    }
    label(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", x.label(), "");
    label(svg, 6, TOP - 6, "start", y.label(), "");
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, i, x, y);
    }
    return svg.append("</svg>\n").toString();
  }

  private void draw(StringBuilder svg, int index, Axis x, Axis y) {
    Line line = lines.get(index);
    String colour = COLOURS.get(index % COLOURS.size());
    StringBuilder points = new StringBuilder();
    for (Point point : line.points()) {
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(x, point.x()), y(y, point.y())));
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"%s\"/>\n",
              x(x, point.x()),
              y(y, point.y()),
              colour));
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>\n",
            points.toString().strip(),
            colour));
    label(
        svg,
        WIDTH - RIGHT + 12,
        TOP + 14 + 18 * index,
        "start",
        line.name(),
        " fill=\"" + colour + "\"");
  }

  private static double x(Axis axis, double value) {
    return LEFT + axis.place(value) * (WIDTH - LEFT - RIGHT);
  }

  private static double y(Axis axis, double value) {
    return HEIGHT - BOTTOM - axis.place(value) * (HEIGHT - TOP - BOTTOM);
  }

  private static void stroke(StringBuilder svg, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n",
            x1,
            y1,
            x2,
            y2));
  }

  private static void label(
      StringBuilder svg, double x, double y, String anchor, String said, String more) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>\n",
            x,
            y,
            anchor,
            more,
            escaped(said)));
  }

  private static String escaped(String said) {
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
