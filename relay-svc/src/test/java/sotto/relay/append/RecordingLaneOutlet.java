package sotto.relay.append;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import sotto.chat.v1.SendResult;

/// A lane's outlet that keeps what the lane did.
final class RecordingLaneOutlet implements LaneOutlet {
  record Sent(Outgoing outgoing, Appends to, int generation, long epoch) {}

  final ArrayDeque<Sent> sent = new ArrayDeque<>();
  final List<SendResult> answers = new ArrayList<>();
  Appends stream = (_, _) -> {};
  long knownEpoch = 7;
  long now;
  int resumesDue;

  @Override
  public Binding bind() {
    return new Binding(stream, knownEpoch);
  }

  @Override
  public void append(
      Lane lane, Outgoing outgoing, Appends to, long lane64, int generation, long epoch) {
    sent.add(new Sent(outgoing, to, generation, epoch));
  }

  @Override
  public void answer(SendResult result) {
    answers.add(result);
  }

  @Override
  public void resumeLater(Lane lane, int failures) {
    resumesDue++;
  }

  @Override
  public long now() {
    return now;
  }
}
