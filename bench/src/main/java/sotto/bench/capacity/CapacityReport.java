package sotto.bench.capacity;

import static sotto.bench.capacity.Input.MESSAGES;
import static sotto.bench.capacity.Input.PEAK;
import static sotto.bench.capacity.Input.PING_EVERY;
import static sotto.bench.capacity.Input.REPLICAS;
import static sotto.bench.capacity.Input.TARGET;
import static sotto.bench.capacity.Input.USERS;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import sotto.bench.report.Report;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// What a plan looks like to people: tables and a plot.
public final class CapacityReport {
  private static final double TERABYTE = 1e12;

  private final Given given;
  private final Plan plan;

  /// Computes everything.
  ///
  /// @throws IllegalArgumentException if no number of nodes is enough; the message is for people
  public CapacityReport(Given given) {
    this.given = given;
    this.plan = Plan.of(given);
  }

  /// Adds what the model says.
  public void write(Report report) {
    findings(report);
    report.add(nodes());
    report.add(needs());
    report.add(beside());
    new Growth(given).write(report);
    report.add(traffic());
    report.add(stored());
    if (Bill.of(plan).sum().isPresent()) {
      report.add(bill());
    }
    report.add(sensitivity());
    report.add(inputs());
  }

  Plan plan() {
    return plan;
  }

  private void findings(Report report) {
    report.finding(
        String.format(
            Locale.ROOT,
            "%,.0f connected users: %,.0f machines, of which %,d relays, %,d stores, %,d shards of"
                + " %.0f nodes, %,d presence pods, %,d blob pods.",
            given.of(USERS),
            plan.machines(),
            plan.relays().nodes(),
            plan.stores().nodes(),
            plan.shards().nodes(),
            given.of(REPLICAS),
            plan.presence().nodes(),
            plan.blobs().nodes()));
    Limits.of(plan).forEach(report::finding);
    List<Input> costs = Costs.all();
    report.finding(
        String.format(
            Locale.ROOT,
            "Of %d unit costs %d were measured, on two shared cores; %d follow from the code, %d"
                + " are assumptions and marked so: see what doubling one changes.",
            costs.size(),
            costs.stream().filter(input -> input.origin() == Origin.MEASURED).count(),
            costs.stream().filter(input -> input.origin() == Origin.COMPUTED).count(),
            costs.stream().filter(input -> input.origin() == Origin.ASSUMED).count()));
  }

  private Table nodes() {
    Table table =
        new Table(
            "Nodes",
            "By the resource that binds, used up to "
                + given.text(TARGET).orElse("")
                + " at the peak.",
            new Column("kind", 0),
            new Column("nodes", 0),
            new Column("machines", 0),
            new Column("bound by", 0));
    for (Tier tier : plan.tiers()) {
      table.row(tier.role().title(), tier.nodes(), plan.machines(tier), tier.bound());
    }
    return table;
  }

  private Table needs() {
    Table table =
        new Table(
            "What binds",
            "At the peak, and how many nodes each resource alone would want, spread evenly. Stores and"
                + " shards are more than that, because they have whole buckets.",
            new Column("kind", 0),
            new Column("resource", 0),
            new Column("unit", 0),
            new Column("needed", 0),
            new Column("room of a node", 0),
            new Column("nodes", 1));
    for (Tier tier : plan.tiers()) {
      for (Tier.Need need : tier.needs()) {
        table.row(
            tier.role().title(),
            need.resource(),
            need.unit(),
            need.amount(),
            need.room(),
            need.nodes());
      }
    }
    return table;
  }

  private Table beside() {
    Naive naive = Naive.of(given.of(USERS), given.of(MESSAGES));
    Table table =
        new Table(
            "Beside a naive design",
            String.format(
                Locale.ROOT,
                "That one has %.0f connections a server, %.0f heartbeat a second and user that"
                    + " somebody records, and keeps every message for %.0f years of 365 days, %,.0f"
                    + " bytes each in one copy, on shards of %.0f TB; no media, no replicas.",
                Naive.CONNECTIONS,
                Naive.BEATS,
                Naive.YEARS,
                Naive.MESSAGE_BYTES,
                Naive.SHARD_BYTES / TERABYTE),
            new Column("what", 0),
            new Column("naive", 1),
            new Column("Sotto", 1),
            new Column("times less", 1));
    row(table, "servers that hold connections", naive.servers(), (double) plan.relays().nodes());
    row(
        table,
        "heartbeats a second at the edge",
        naive.heartbeats(),
        plan.traffic().streams() / given.of(PING_EVERY));
    row(
        table,
        "of them recorded (a lease of each relay at each presence pod, every 3 s)",
        naive.heartbeats(),
        (double) plan.relays().nodes() * plan.presence().nodes() / 3);
    Stored stored = plan.stored();
    row(table, "messages kept, TB", naive.bytes() / TERABYTE, stored.messages() / TERABYTE);
    row(table, "in shards, TB", naive.bytes() / TERABYTE, stored.shards() / TERABYTE);
    row(
        table,
        "in shards with replicas, TB",
        naive.bytes() / TERABYTE,
        stored.shards() * given.of(REPLICAS) / TERABYTE);
    row(table, "shards", naive.shards(), (double) plan.shards().nodes());
    row(table, "machines in all", naive.servers() + naive.shards(), plan.machines());
    row(table, "media that wait, TB", Double.NaN, stored.media() / TERABYTE);
    return table;
  }

  private static void row(Table table, String what, double naive, double ours) {
    table.row(what, naive, ours, naive / ours);
  }

  private Table traffic() {
    Traffic mean = plan.traffic();
    double peak = given.of(PEAK);
    Table table =
        new Table(
            "Traffic",
            "A second.",
            new Column("what", 0),
            new Column("mean", 0),
            new Column("peak", 0));
    rate(table, "messages", mean.messages(), peak);
    rate(table, "sends to one account, with receipts and own copies", mean.sends(), peak);
    rate(table, "envelopes, one for each device", mean.envelopes(), peak);
    rate(table, "forwards to connected devices", mean.forwards(), peak);
    rate(table, "connections opened", mean.opens(), peak);
    rate(table, "pings", mean.streams() / given.of(PING_EVERY), 1);
    rate(table, "presence: changes", Plan.changes(given, mean), peak);
    rate(table, "presence: look-ups", Plan.lookUps(given, mean), peak);
    rate(table, "bytes between clients and relays", mean.clientBytes(), peak);
    rate(table, "bytes between relays and stores", mean.storeBytes(), peak);
    rate(table, "bytes between relays", mean.forwardBytes(), peak);
    rate(table, "bytes of media in", mean.uploaded(), peak);
    rate(table, "bytes of media out", mean.downloaded(), peak);
    return table;
  }

  private static void rate(Table table, String what, double mean, double peak) {
    table.row(what, mean, mean * peak);
  }

  private Table stored() {
    Stored stored = plan.stored();
    Table table =
        new Table(
            "What is kept",
            "TB, one copy; the shards' are kept " + given.text(REPLICAS).orElse("") + " times.",
            new Column("what", 0),
            new Column("TB", 1));
    table.row("shards: envelopes that wait", stored.waiting() / TERABYTE);
    table.row("shards: pointers to cold envelopes", stored.cold() / TERABYTE);
    table.row("shards: accounts and pre-keys", stored.accounts() / TERABYTE);
    table.row("shards: binary log", stored.log() / TERABYTE);
    table.row("objects: cold envelopes", stored.segments() / TERABYTE);
    table.row("objects: media that wait", stored.media() / TERABYTE);
    table.row("objects: archives and backups", stored.kept() / TERABYTE);
    return table;
  }

  private Table bill() {
    Table table =
        new Table(
            "A month",
            "By the prices given, and of nothing else: no people, no traffic inside, no support.",
            new Column("what", 0),
            new Column("amount", 0),
            new Column("price", 4),
            new Column("cost", 0));
    Bill bill = Bill.of(plan);
    for (Bill.Item item : bill.items()) {
      table.row(
          item.name(),
          item.amount(),
          item.price().orElse(Double.NaN),
          item.cost().orElse(Double.NaN));
    }
    OptionalDouble sum = bill.sum();
    table.row("sum of what is priced", Double.NaN, Double.NaN, sum.orElse(Double.NaN));
    return table;
  }

  private Table sensitivity() {
    Table table =
        new Table(
            "What doubling a unit cost changes",
            "Those that change more than one machine of a hundred.",
            new Column("unit cost", 0),
            new Column("assumed", 0),
            new Column("machines", 0),
            new Column("change, %", 1));
    for (Costs.Doubled doubled : Costs.doubled(given)) {
      double change = 100 * (doubled.machines() / plan.machines() - 1);
      if (Double.isInfinite(change)) {
        table.row(
            doubled.input().option(),
            doubled.input().origin() == Origin.ASSUMED ? "yes" : "",
            "no number is enough",
            "");
      } else if (Math.abs(change) > 1) {
        table.row(
            doubled.input().option(),
            doubled.input().origin() == Origin.ASSUMED ? "yes" : "",
            doubled.machines(),
            change);
      }
    }
    return table;
  }

  private Table inputs() {
    Table table =
        new Table(
            "Inputs",
            "*Given* are said by whoever asks, or defaults that are nobody's measurement.",
            new Column("option", 0),
            new Column("value", 0),
            new Column("what", 0),
            new Column("from", 0));
    for (Input input : Input.values()) {
      given
          .text(input)
          .ifPresent(text ->
              table.row(
                  input.option(),
                  text,
                  input.says(),
                  given.isSaid(input)
                      ? "given" + input.standard().map(s -> ", default " + s).orElse("")
                      : input.from()));
    }
    return table;
  }
}
