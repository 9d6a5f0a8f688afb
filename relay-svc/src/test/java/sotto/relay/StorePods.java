package sotto.relay;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import sotto.mesh.InternalServer;
import sotto.mesh.PodList;
import sotto.mesh.Pods;
import sotto.mesh.Telemetry;

/// Store pods over one database in memory. They pass calls on to each other, can die, leave, and be
/// cut off from the relays.
final class StorePods implements Pods, AutoCloseable {
  private static final Metadata.Key<String> PASS_TO =
      Metadata.Key.of("sotto-pass-to", Metadata.ASCII_STRING_MARSHALLER);

  final MemoryBoxes boxes = new MemoryBoxes();

  /// `via pod` for each call that was passed on.
  final BlockingQueue<String> passed = new LinkedBlockingQueue<>();

  private final Map<String, Pod> pods = new LinkedHashMap<>();
  private final Set<String> dead = ConcurrentHashMap.newKeySet();
  private final Set<String> cut = ConcurrentHashMap.newKeySet();
  private volatile PodList list;

  private record Pod(
      MemoryMailbox mailbox,
      MemoryAccounts accounts,
      MemoryGroups groups,
      List<ServerServiceDefinition> services,
      InternalServer server,
      ManagedChannel channel) {}

  /// Pods that live.
  ///
  /// @param events of all of them
  /// @param beside what each of them serves beside the mailboxes; with no account service among it
  ///   each pod has its own
  StorePods(BlockingQueue<String> events, List<String> names, List<BindableService> beside) {
    list = new PodList(names);
    for (var name : names) {
      var mailbox = new MemoryMailbox(events, boxes, name);
      var accounts = new MemoryAccounts(account -> boxes.claim(account, name));
      var groups = new MemoryGroups(id -> boxes.claim(id, name));
      var services = new ArrayList<ServerServiceDefinition>();
      services.add(mailbox.bindService());
      services.add(groups.bindService());
      services.add(groups.forClients().bindService());
      beside.forEach(service -> services.add(service.bindService()));
      if (beside.stream().noneMatch(MemoryAccounts.class::isInstance)) {
        services.add(accounts.bindService());
      }
      var server =
          InternalServer.start(
              UUID.randomUUID().toString(),
              services.stream().map(s -> passing(name, s)).toList(),
              Telemetry.none());
      pods.put(name, new Pod(mailbox, accounts, groups, services, server, server.newChannel()));
    }
  }

  private BindableService passing(String name, ServerServiceDefinition service) {
    var passing = ServerInterceptors.intercept(service, new PassOn(name));
    return () -> passing;
  }

  MemoryMailbox mailbox(String name) {
    return pod(name).mailbox();
  }

  MemoryGroups groups(String name) {
    return pod(name).groups();
  }

  MemoryAccounts accounts(String name) {
    return pod(name).accounts();
  }

  private Pod pod(String name) {
    return Optional.ofNullable(pods.get(name)).orElseThrow();
  }

  /// A pod's process ends, with all its streams.
  void kill(String name) {
    dead.add(name);
    boxes.die(name);
    pod(name).mailbox().breakAppends();
  }

  /// Relays reach a pod no more; other pods do.
  void cutOff(String name) {
    cut.add(name);
    pod(name).mailbox().breakAppends();
  }

  /// Every pod says that the next one has whatever it is asked for.
  void nameEachOther() {
    var names = list.names();
    for (int i = 0; i < names.size(); i++) {
      pod(names.get(i)).accounts().alwaysMovedTo(names.get((i + 1) % names.size()) + "/start");
    }
  }

  void mend(String name) {
    cut.remove(name);
  }

  /// What another process sees that has another list.
  Pods listing(String... names) {
    var other = new PodList(List.of(names));
    return new Pods() {
      @Override
      public PodList list() {
        return other;
      }

      @Override
      public void onChange(Runnable listener) {}

      @Override
      public Channel channel(String name) {
        return StorePods.this.channel(name);
      }

      @Override
      public boolean isDown(String name) {
        return StorePods.this.isDown(name);
      }
    };
  }

  @Override
  public PodList list() {
    return list;
  }

  @Override
  public void onChange(Runnable listener) {}

  @Override
  public Channel channel(String name) {
    return isDown(name) ? Pods.none().channel(name) : pod(name).channel();
  }

  @Override
  public boolean isDown(String name) {
    return dead.contains(name) || cut.contains(name) || !pods.containsKey(name);
  }

  @Override
  public void close() {
    for (var pod : pods.values()) {
      pod.channel().shutdownNow();
      pod.server().close();
    }
  }

  private final class PassOn implements ServerInterceptor {
    private final String self;

    PassOn(String self) {
      this.self = self;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      var to = headers.get(PASS_TO);
      if (to == null) {
        return next.startCall(call, headers);
      }
      passed.add(self + " " + to);
      if (dead.contains(to)) {
        call.close(Status.UNAVAILABLE, new Metadata());
        return new ServerCall.Listener<>() {};
      }
      @SuppressWarnings("unchecked") // the same method of the same service
      var method =
          (ServerMethodDefinition<Q, A>)
              pod(to).services().stream()
                  .map(s -> s.getMethod(call.getMethodDescriptor().getFullMethodName()))
                  .filter(m -> m != null)
                  .findFirst()
                  .orElseThrow();
      return method.getServerCallHandler().startCall(call, headers);
    }
  }
}
