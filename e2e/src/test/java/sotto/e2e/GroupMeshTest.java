package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.SentMessage;
import sotto.client.Status;

/// A group whose members are at several relays and whose mailboxes several stores own; one of each
/// is killed in the middle of fan-outs.
@Timeout(value = 20, unit = TimeUnit.MINUTES)
@EnabledIfSystemProperty(named = "sotto.long", matches = "true")
final class GroupMeshTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int MEMBERS = 8;
  private static final int SENDERS = 4;
  private static final int ROUND = 24;
  private static final int KILLS = 6;

  @TempDir Path folder;

  @Test
  void relaysAndStoresKilledInTheMiddleOfFanOuts_loseNothingDoubleNothing() {
    long seed = Long.getLong("sotto.seed", new Random().nextLong());
    System.out.println("GroupMeshTest seed " + seed);
    Random random = new Random(seed);
    // Not in the test's folder, which the database's user may not enter.
    var place = Path.of("/tmp/sotto-e2e-" + ProcessHandle.current().pid());
    try (var stack = new Stack(Checkout.find(), place);
        var mesh = Mesh.up(stack, StoreProfile.MYSQL, 3, 2, 2);
        var group = new Gathering(mesh.address(), folder, MEMBERS, PATIENCE)) {
      Set<String> all = new HashSet<>();
      List<SentMessage> sent = new ArrayList<>();
      for (int kill = 0; kill <= KILLS; kill++) {
        int first = sent.size();
        for (int i = 0; i < ROUND; i++) {
          String text = "s" + i % SENDERS + " " + (kill * ROUND + i);
          all.add(text);
          sent.add(group.send(i % SENDERS, text));
        }
        if (kill < KILLS) {
          // Others are under way.
          sent.get(first + random.nextInt(ROUND)).await(Status.SENT, PATIENCE);
          var pod = pod(mesh, kill % 2 == 0 ? "relay" : "store", random);
          MeshFault.KILL.strike(mesh, pod);
          MeshFault.KILL.heal(mesh, pod);
        }
      }
      group.delivered(sent);
      group.members().forEach(member -> group.hasAllOnce(member, all));
      assertThat(IntStream.range(0, MEMBERS))
          .allMatch(i -> group.texts(group.members().get(i)).size() == all.size());
    }
  }

  private static Mesh.Pod pod(Mesh mesh, String kind, Random random) {
    var pods = mesh.pods().stream().filter(pod -> pod.kind().equals(kind)).toList();
    return pods.get(random.nextInt(pods.size()));
  }
}
