package sotto.mesh;

import io.grpc.Channel;
import java.util.List;

/// The pods of one service and the ways to them. Thread-safe; nothing blocks.
///
/// What it says is a hint: a listed pod may be gone, another process may see another list, and one
/// that is not listed may be there (the row of a bucket names its owner, a lease its relay).
public interface Pods {
  /// Who is there, as discovery last said.
  PodList list();

  /// Calls a listener after every change of the list, on some thread that must not be blocked.
  void onChange(Runnable listener);

  /// The way to a pod, listed or not. Stays usable; calls on it fail while the pod is not reached.
  ///
  /// @param name `host:port`
  Channel channel(String name);

  /// Whether the last attempt to reach a pod failed and none has succeeded since: a call to it now
  /// would fail at once or wait in vain.
  boolean isDown(String name);

  /// A service that has one pod for good.
  ///
  /// @param name what it is called
  /// @param channel to it
  static Pods one(String name, Channel channel) {
    var list = new PodList(List.of(name));
    return new Pods() {
      @Override
      public PodList list() {
        return list;
      }

      @Override
      public void onChange(Runnable listener) {
        // It never changes.
      }

      @Override
      public Channel channel(String of) {
        return channel;
      }

      @Override
      public boolean isDown(String of) {
        return false;
      }
    };
  }

  /// A service that has no pods.
  static Pods none() {
    return new Pods() {
      @Override
      public PodList list() {
        return PodList.EMPTY;
      }

      @Override
      public void onChange(Runnable listener) {
        // It never changes.
      }

      @Override
      public Channel channel(String of) {
        return NoChannel.INSTANCE;
      }

      @Override
      public boolean isDown(String of) {
        return true;
      }
    };
  }
}
