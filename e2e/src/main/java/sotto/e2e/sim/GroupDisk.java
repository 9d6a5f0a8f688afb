package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import sotto.chain.AccountId;
import sotto.group.GroupChain;
import sotto.group.GroupChange;

/// What a device has durably of one group.
final class GroupDisk {
  Optional<GroupChain> chain = Optional.empty();
  final List<Row> rows = new ArrayList<>();
  // A change that is signed and not answered yet.
  Optional<GroupChange> pending = Optional.empty();

  /// One message to the group that is not accepted for all members yet.
  static final class Row {
    final long message;
    final Map<AccountId, ByteString> envelopeIds = new TreeMap<>();
    // Who lacks it; means nothing before it is made.
    final TreeSet<AccountId> left = new TreeSet<>();
    boolean made;
    // Something of it may be stored.
    boolean tried;

    Row(long message) {
      this.message = message;
    }

    private Row copy() {
      var copy = new Row(message);
      copy.envelopeIds.putAll(envelopeIds);
      copy.left.addAll(left);
      copy.made = made;
      copy.tried = tried;
      return copy;
    }
  }

  GroupDisk copy() {
    var copy = new GroupDisk();
    copy.chain = chain;
    rows.forEach(row -> copy.rows.add(row.copy()));
    copy.pending = pending;
    return copy;
  }
}
