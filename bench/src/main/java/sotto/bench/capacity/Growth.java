package sotto.bench.capacity;

import static sotto.bench.capacity.Input.MESSAGES;
import static sotto.bench.capacity.Input.USERS;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import sotto.bench.report.Plot;
import sotto.bench.report.Plot.Point;
import sotto.bench.report.Plot.Scale;
import sotto.bench.report.Report;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// The same load of one million to 500 million users, as a table and a plot.
final class Growth {
  private static final double MILLION = 1e6;
  private static final double TERABYTE = 1e12;
  private static final double[] MILLIONS = {1, 2, 5, 10, 20, 50, 100, 200, 500};

  private final Given given;

  /// Of everything that was given but the number of users.
  Growth(Given given) {
    this.given = given;
  }

  private boolean isPriced() {
    return Arrays.stream(Input.values())
        .filter(input -> input.section() == Input.Section.PRICES)
        .anyMatch(input -> given.price(input).isPresent());
  }

  /// Adds both.
  void write(Report report) {
    boolean priced = isPriced();
    List<Column> columns = new ArrayList<>();
    for (String name :
        List.of(
            "million users",
            "relays",
            "stores",
            "shards",
            "presence pods",
            "blob pods",
            "machines",
            "naive servers",
            "naive shards",
            "streams a relay",
            "TB in shards",
            "TB of objects",
            "TB a day, clients",
            "TB a day, media")) {
      columns.add(new Column(name, name.startsWith("TB") ? 1 : 0));
    }
    if (priced) {
      columns.add(new Column("a month, of what is priced", 0));
    }
    Table table = new Table("Growth", "", columns.toArray(Column[]::new));
    List<Plan> plans = new ArrayList<>();
    for (double millions : MILLIONS) {
      try {
        Plan grown = Plan.of(given.with(millions * MILLION));
        plans.add(grown);
        table.row(grown(grown, priced));
      } catch (IllegalArgumentException _) {
        table.row(none(millions, columns.size()));
      }
    }
    report.add(table);
    report.add("nodes", plot(plans));
  }

  private static Object[] none(double millions, int columns) {
    Object[] cells = new Object[columns];
    Arrays.fill(cells, Double.NaN);
    cells[0] = millions;
    cells[1] = "no number is enough";
    return cells;
  }

  private static Object[] grown(Plan grown, boolean priced) {
    double users = grown.given().of(USERS);
    Naive naive = Naive.of(users, grown.given().of(MESSAGES));
    List<Object> cells = new ArrayList<>();
    cells.add(users / MILLION);
    grown.tiers().forEach(tier -> cells.add(tier.nodes()));
    cells.add(grown.machines());
    cells.add(naive.servers());
    cells.add(naive.shards());
    cells.add(grown.streamsEach());
    cells.add(grown.stored().shards() / TERABYTE);
    cells.add(grown.stored().objects() / TERABYTE);
    cells.add(grown.traffic().clientBytes() * Traffic.DAY / TERABYTE);
    cells.add((grown.traffic().uploaded() + grown.traffic().downloaded()) * Traffic.DAY / TERABYTE);
    if (priced) {
      cells.add(Bill.of(grown).sum().orElse(Double.NaN));
    }
    return cells.toArray();
  }

  private static Plot plot(List<Plan> plans) {
    Plot plot =
        new Plot(
            "Nodes against connected users",
            new Scale("connected users", true),
            new Scale("nodes", true));
    for (Role role : Role.values()) {
      plot.line(role.title(), points(plans, p -> (double) p.tier(role).nodes()));
    }
    plot.line(
        "naive servers",
        points(plans, p -> Naive.of(p.given().of(USERS), p.given().of(MESSAGES)).servers()));
    plot.line(
        "naive shards",
        points(plans, p -> Naive.of(p.given().of(USERS), p.given().of(MESSAGES)).shards()));
    return plot;
  }

  private static List<Point> points(List<Plan> plans, ToDoubleFunction<Plan> nodes) {
    return plans.stream().map(p -> new Point(p.given().of(USERS), nodes.applyAsDouble(p))).toList();
  }
}
