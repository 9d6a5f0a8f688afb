package sotto.bench.capacity;

import java.util.Locale;
import java.util.function.Consumer;
import sotto.bench.report.Report;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// What a simulation looks like to people.
public final class SimulationReport {
  private final Plan plan;
  private final Simulation simulation;

  private SimulationReport(Plan plan, Simulation simulation) {
    this.plan = plan;
    this.simulation = simulation;
  }

  /// Simulates and adds what came of it.
  ///
  /// @param sample accounts that are drawn, 1,000 or more
  /// @param progress told what is going on
  public static void write(
      Report report, CapacityReport model, long seed, int sample, Consumer<String> progress) {
    Plan plan = model.plan();
    SimulationReport made = new SimulationReport(plan, Simulation.of(plan, seed, sample, progress));
    made.findings(report);
    report.add(made.spreads());
    report.add(made.moves());
    report.add(made.fan());
    report.add(made.presence());
  }

  private void findings(Report report) {
    Spread stores = simulation.spreads().getFirst();
    report.finding(
        String.format(
            Locale.ROOT,
            "Simulated: the fullest of %,d stores has %.2f of the mean, because there are only 1,024"
                + " buckets; the model counts stores by the fullest and agrees.",
            stores.pods(),
            stores.fullest()));
    double commits = plan.given().of(Input.COMMIT_ROWS);
    double gathered = simulation.rowsOfCommit();
    report.finding(
        String.format(
            Locale.ROOT,
            "Simulated: %.1f rows gather at a writer while a commit runs, the model takes %.0f"
                + " (`--commit-rows`): %s.",
            gathered,
            commits,
            gathered >= commits
                ? "it is on the safe side"
                : String.format(
                    Locale.ROOT,
                    "**they disagree**, and fsyncs alone would want %.1f of the %d shards",
                    fsyncShards(commits),
                    plan.shards().nodes())));
    report.finding(
        String.format(
            Locale.ROOT,
            "Simulated: a relay has links to %,.0f of %,d others, and a batch carries %.2f forwards"
                + " when it is written at once.",
            simulation.fan().linksAlive(),
            simulation.fan().relays() - 1,
            simulation.fan().atOnce()));
    for (PresenceLoad.Load load : simulation.presence().loads()) {
      if (Math.abs(load.drawn() / load.planned() - 1) > 0.05) {
        report.finding(
            String.format(
                Locale.ROOT,
                "Simulated, **and the model disagrees**: presence bears %,.0f %s, the model says %,.0f.",
                load.drawn(),
                load.what(),
                load.planned()));
      }
    }
  }

  private double fsyncShards(double commits) {
    double planned =
        plan.shards().needs().stream()
            .filter(need -> need.resource().equals("fsyncs"))
            .mapToDouble(Tier.Need::nodes)
            .sum();
    return planned * commits / simulation.rowsOfCommit();
  }

  private Table spreads() {
    Table table =
        new Table(
            "Simulated: how evenly it lies",
            String.format(
                Locale.ROOT,
                "Seed %d, %,d accounts drawn, all buckets. *Evenness* is χ² by its degrees of freedom:"
                    + " 1 = as even as dice. *Fullest, of all* follows from the sample's by the square"
                    + " root of how much more there is.",
                simulation.seed(),
                simulation.sample()),
            new Column("what", 0),
            new Column("pods", 0),
            new Column("evenness", 2),
            new Column("fullest to mean, sample", 3),
            new Column("fullest to mean, of all", 4));
    for (Spread spread : simulation.spreads()) {
      table.row(spread.what(), spread.pods(), spread.evenness(), spread.fullest(), spread.ofAll());
    }
    return table;
  }

  private Table moves() {
    Table table =
        new Table(
            "Simulated: what moves",
            "",
            new Column("what", 0),
            new Column("moved, %", 3),
            new Column("1/n, %", 3));
    for (Simulation.Move move : simulation.moves()) {
      table.row(move.what(), 100 * move.moved(), 100 * move.least());
    }
    return table;
  }

  private Table fan() {
    Fan fan = simulation.fan();
    Table table =
        new Table(
            "Simulated: relay to relay, one relay at the peak",
            "",
            new Column("what", 0),
            new Column("figure", 2));
    table.row("relays", fan.relays());
    table.row("forwards a second", fan.forwards());
    table.row("of them to this relay itself, %", 100 * fan.here());
    table.row("other relays that get something in a second", fan.linksInSecond());
    table.row("links that live (something in 300 s)", fan.linksAlive());
    table.row("forwards a second and link", fan.forwards() / Math.max(1, fan.relays() - 1));
    table.row("forwards of a batch, written at once", fan.atOnce());
    table.row("written every 10 ms", fan.in10ms());
    table.row("written every 100 ms", fan.in100ms());
    table.row("connections: clients", plan.streamsEach());
    table.row("connections: relays, out and in", 2 * fan.linksAlive());
    table.row(
        "connections: stores, presence, blobs",
        plan.stores().nodes() + plan.presence().nodes() + plan.blobs().nodes());
    return table;
  }

  private Table presence() {
    Table table =
        new Table(
            "Simulated: presence at the peak",
            "All pods together, for all users, scaled up from the sample; and the fullest pod.",
            new Column("what", 0),
            new Column("simulated", 0),
            new Column("model", 0),
            new Column("fullest pod", 0));
    double pods = plan.presence().nodes();
    for (int i = 0; i < simulation.presence().loads().size(); i++) {
      PresenceLoad.Load load = simulation.presence().loads().get(i);
      // The first spread is that of the accounts themselves.
      double fullest = simulation.presence().spreads().get(i + 1).ofAll();
      table.row(load.what(), load.drawn(), load.planned(), load.drawn() / pods * fullest);
    }
    return table;
  }
}
