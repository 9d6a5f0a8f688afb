package sotto.e2e.sim;

import sotto.store.testing.ColdFault;

/// What may go wrong. Names are those of machines; times are microseconds of simulated time.
sealed interface Fault {
  /// SIGKILL, and a start of the same process later.
  record Kill(String machine, long down) implements Fault {}

  /// SIGTERM: it leaves in order, and starts again later.
  record Leave(String machine, long down) implements Fault {}

  /// SIGSTOP, and SIGCONT later.
  record Pause(String machine, long time) implements Fault {}

  /// Two machines do not reach each other.
  record Partition(String one, String other, long time) implements Fault {}

  /// Messages take long, so that those of different calls overtake each other.
  record Delay(long longest, long time) implements Fault {}

  /// The next commit of a store pod is lost or is not, and the pod does not know which.
  record UnknownCommit(String store, boolean stored) implements Fault {}

  /// A store pod dies in its next commit, before or behind it.
  record CrashInCommit(String store, boolean stored) implements Fault {}

  /// A store pod's calls to the blob store go wrong for a while, all alike.
  record ColdTrouble(String store, ColdFault fault, long time) implements Fault {}

  /// A store pod dies in its next call to the blob store, before or behind it.
  record CrashInColdCall(String store, boolean done) implements Fault {}

  /// A store pod dies when it has read the blob of its next move back, before it is pointed to.
  record CrashBeforePointer(String store) implements Fault {}

  /// Between the steps of moves passes up to so much.
  record SlowBlobs(long longest, long time) implements Fault {}

  /// The segments that are there now cannot be read, and are as before later.
  record Unreadable(SimCold.Blemish how, long time) implements Fault {}

  /// The blob service loses what it has of unfinished uploads.
  record LoseUploads() implements Fault {}

  /// A client sends files to all others.
  record SendFiles(int client, int parts) implements Fault {}

  /// A machine is told another list of the pods of a service than the others.
  record OtherPods(String machine, String service, long time) implements Fault {}

  /// A person founds a group with those who come next.
  record FoundGroup(int person, int members) implements Fault {}

  /// A person writes to a group, if it is a member.
  record WriteToGroup(int person, int group, int messages) implements Fault {}

  /// A person makes some change to a group, if it may.
  record ChangeGroup(int person, int group) implements Fault {}

  /// A client reads nothing.
  record SlowClient(int client, long time) implements Fault {}

  /// All others send large messages to one client at once.
  record Flood(int client, int messages) implements Fault {}

  /// A client's process dies and starts again.
  record KillClient(int client, long down) implements Fault {}

  /// A client keeps a copy of its store, and later goes on from it.
  record RestoreClient(int client, long after) implements Fault {}

  /// An account gets another device.
  record AddDevice(int person) implements Fault {}

  /// The device that was added last is removed again.
  record RemoveDevice(int person) implements Fault {}

  /// An account is restored: its recovery key adds a device, which removes all others, while these
  /// are still in use.
  record RecoverAccount(int person) implements Fault {}

  /// An account ends.
  record DeleteAccount(int person) implements Fault {}
}
