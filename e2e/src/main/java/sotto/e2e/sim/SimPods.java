package sotto.e2e.sim;

import io.grpc.Channel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sotto.mesh.PodList;
import sotto.mesh.Pods;

/// The pods of a service as one machine is told of them; other machines may be told otherwise.
final class SimPods implements Pods {
  private final Net net;
  private final Machine self;
  private final List<Runnable> listeners = new ArrayList<>();
  private final Map<String, Channel> channels = new HashMap<>();
  private PodList list;

  SimPods(Net net, Machine self, Collection<String> names) {
    this.net = net;
    this.self = self;
    this.list = new PodList(names);
  }

  /// Discovery says something else now.
  void become(Collection<String> names) {
    var next = new PodList(names);
    if (!next.equals(list)) {
      list = next;
      listeners.forEach(listener -> self.after(0, listener));
    }
  }

  @Override
  public PodList list() {
    return list;
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public Channel channel(String name) {
    return channels.computeIfAbsent(name, to -> net.channel(self, to));
  }

  @Override
  public boolean isDown(String name) {
    return net.isDown(new Net.Link(self.name(), name));
  }
}
