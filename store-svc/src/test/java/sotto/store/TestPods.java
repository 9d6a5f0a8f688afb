package sotto.store;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import sotto.mesh.PodList;
import sotto.mesh.Pods;

/// The pods of this process as one of them sees them; a pod can be made to hear nothing.
final class TestPods implements Pods {
  private final Net net;
  private PodList list;

  private TestPods(Net net, Collection<String> names) {
    this.net = net;
    this.list = new PodList(names);
  }

  /// Where each pod is, and who does not answer.
  static final class Net implements AutoCloseable {
    // Guards the rest.
    private final Lock lock = new ReentrantLock();
    private final Map<String, String> addresses = new HashMap<>();
    private final Map<String, ManagedChannel> channels = new HashMap<>();
    private final Set<String> frozen = new HashSet<>();

    /// What a pod sees.
    TestPods seen(String... names) {
      return new TestPods(this, List.of(names));
    }

    /// A pod is served here now.
    void at(String pod, String address) {
      lock.lock();
      try {
        addresses.put(pod, address);
      } finally {
        lock.unlock();
      }
    }

    /// From now on it answers nobody.
    void freeze(String pod) {
      lock.lock();
      try {
        frozen.add(pod);
      } finally {
        lock.unlock();
      }
    }

    private Channel channel(String pod) {
      return new Channel() {
        @Override
        public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
          return to(pod).newCall(method, options);
        }

        @Override
        public String authority() {
          return pod;
        }
      };
    }

    private Channel to(String pod) {
      lock.lock();
      try {
        String address = addresses.getOrDefault(pod, "nowhere");
        return frozen.contains(pod)
            ? new SilentChannel()
            : channels.computeIfAbsent(
                address, a -> InProcessChannelBuilder.forName(a).directExecutor().build());
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      channels.values().forEach(ManagedChannel::shutdownNow);
    }
  }

  /// Discovery says something else now.
  synchronized void become(String... names) {
    list = new PodList(List.of(names));
  }

  @Override
  public synchronized PodList list() {
    return list;
  }

  @Override
  public void onChange(Runnable listener) {
    // Nobody here waits for it.
  }

  @Override
  public Channel channel(String name) {
    return net.channel(name);
  }

  @Override
  public boolean isDown(String name) {
    return false;
  }
}
