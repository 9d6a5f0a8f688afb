package sotto.standalone.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import sotto.admin.v1.BucketOwner;
import sotto.admin.v1.ListBucketsRequest;
import sotto.admin.v1.ListBucketsResponse;
import sotto.admin.v1.StoreAdminServiceGrpc;
import sotto.mesh.Role;
import sotto.standalone.Version;

/// `sotto admin buckets`.
@Command(
    name = "buckets",
    description = {
      "Which store owns which of the 1024 buckets, as the database says; any store knows it. An owner is a pod and its start.",
      "",
      "A bucket that nobody has asked for may have no owner. Where stores cannot be asked the exit code is 1."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", Admin.EXITS})
final class BucketsCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli sets it
  @ParentCommand
  Admin admin;

  @Option(names = "--each", description = "A line for each bucket, with its epoch.")
  boolean each;

  @Override
  public Integer call() {
    return admin.run(this::report);
  }

  private Report report(Fleet fleet) {
    var report =
        each ? new Report("bucket", "owner", "epoch") : new Report("owner", "count", "buckets");
    var answers =
        fleet.ask(
            List.of(fleet.having(Role.STORE)),
            StoreAdminServiceGrpc::newBlockingStub,
            store -> store.listBuckets(ListBucketsRequest.getDefaultInstance()));
    // They all say the same: the first that answers is enough, but who does not is told.
    var known = List.<BucketOwner>of();
    for (var answer : answers) {
      switch (answer) {
        case Answer.Got<ListBucketsResponse>(_, var list) ->
            known = known.isEmpty() ? list.getBucketsList() : known;
        case Answer.Failed<ListBucketsResponse> failed -> report.failed(failed);
      }
    }
    if (each) {
      known.forEach(b -> report.row((long) b.getBucket(), b.getOwner(), b.getEpoch()));
    } else {
      byOwner(report, known);
    }
    return report;
  }

  private static void byOwner(Report report, List<BucketOwner> buckets) {
    var owners = new TreeMap<String, List<Integer>>();
    for (var bucket : buckets) {
      owners.computeIfAbsent(bucket.getOwner(), _ -> new ArrayList<>()).add(bucket.getBucket());
    }
    owners.forEach((owner, mine) ->
        report.row(owner.isEmpty() ? Cell.none() : owner, mine.size(), ranges(mine)));
  }

  /// Such as `0-17,20`.
  static String ranges(List<Integer> sorted) {
    var ranges = new ArrayList<int[]>();
    for (int bucket : sorted) {
      if (!ranges.isEmpty() && ranges.getLast()[1] == bucket - 1) {
        ranges.getLast()[1] = bucket;
      } else {
        ranges.add(new int[] {bucket, bucket});
      }
    }
    return ranges.stream()
        .map(r -> r[0] == r[1] ? Integer.toString(r[0]) : r[0] + "-" + r[1])
        .collect(Collectors.joining(","));
  }
}
