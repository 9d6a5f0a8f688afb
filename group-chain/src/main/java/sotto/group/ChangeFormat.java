package sotto.group;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceId;
import sotto.chain.Ed25519PublicKey;
import sotto.chain.LinkHash;

/// Version 1 of a change as bytes. Numbers are big-endian; accounts ascend, so that one action has
/// one encoding.
///
/// ```
/// change     = body ‖ signature 64
/// body       = version 1 ‖ kind 1 ‖ group 16 (kind 1: nonce 32) ‖ revision 4 ‖ previous 32
///              ‖ created at 8 ‖ author ‖ payload
/// author     = account 16 ‖ device 1 ‖ sequence of its chain 4 ‖ hash of that link 32
/// payload    = options 1 ‖ attributes ‖ count 2 ‖ (account 16 ‖ role 1)…     1 found
///            | role 1 ‖ accounts       2 add members      | accounts         3 remove members
///            |                         4 leave            | account ‖ role   5 set role
///            | attributes              6 set attributes   | options 1        7 set options
///            | key 32 ‖ approval 1     8 set link         |                  9 drop link
///            | proof 64               10 join             | proof 64        11 request to join
///            | accounts               12 approve          | accounts        13 decline
///            |                        14 end
/// accounts   = count 2 ‖ account 16…
/// attributes = length 2 ‖ bytes
/// options    = 1 announcement only + 2 members add
/// role       = 1 owner | 2 admin | 3 member
/// signed     = u16 length ‖ "sotto/group-change/1" ‖ body
/// ```
final class ChangeFormat {
  static final int VERSION = 1;

  static final int FOUND = 1;
  static final int ADD_MEMBERS = 2;
  static final int REMOVE_MEMBERS = 3;
  static final int LEAVE = 4;
  static final int SET_ROLE = 5;
  static final int SET_ATTRIBUTES = 6;
  static final int SET_OPTIONS = 7;
  static final int SET_LINK = 8;
  static final int DROP_LINK = 9;
  static final int JOIN = 10;
  static final int REQUEST_TO_JOIN = 11;
  static final int APPROVE = 12;
  static final int DECLINE = 13;
  static final int END = 14;

  static final int GROUP_AT = 2;
  static final int AUTHOR_LENGTH = AccountId.LENGTH + 1 + Integer.BYTES + LinkHash.LENGTH;
  static final int AFTER_GROUP_LENGTH =
      Integer.BYTES + ChangeHash.LENGTH + Long.BYTES + AUTHOR_LENGTH;
  static final int MIN_LENGTH =
      GROUP_AT + GroupId.LENGTH + AFTER_GROUP_LENGTH + Ed25519PublicKey.SIGNATURE_LENGTH;
  static final int MAX_LENGTH =
      GROUP_AT
          + Action.Found.NONCE_LENGTH
          + AFTER_GROUP_LENGTH
          + 1
          + (Short.BYTES + SealedAttributes.MAX_LENGTH)
          + (Short.BYTES + GroupChain.MAX_MEMBERS * (AccountId.LENGTH + 1))
          + Ed25519PublicKey.SIGNATURE_LENGTH;

  private static final int ANNOUNCEMENT_ONLY = 1;
  private static final int MEMBERS_ADD = 2;

  private ChangeFormat() {}

  static byte[] encode(ChangeBody body) {
    ByteBuffer out = ByteBuffer.allocate(MAX_LENGTH);
    out.put((byte) VERSION);
    out.put((byte) kind(body.action()));
    out.put(body.action() instanceof Action.Found f ? f.nonce().toArray() : body.group().bytes());
    out.putInt((int) body.revision());
    out.put(body.previous().bytes());
    out.putLong(body.createdAtMillis());
    Author author = body.author();
    out.put(author.account().bytes());
    out.put((byte) author.device().number());
    out.putInt((int) author.sequence());
    out.put(author.head().bytes());
    put(out, body.action());
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }

  private static void put(ByteBuffer out, Action action) {
    switch (action) {
      case Action.Found a -> {
        put(out, a.options());
        put(out, a.attributes());
        out.putShort((short) a.members().size());
        a.members().forEach((account, role) -> out.put(account.bytes()).put(code(role)));
      }
      case Action.AddMembers a -> put(out.put(code(a.role())), a.accounts());
      case Action.RemoveMembers a -> put(out, a.accounts());
      case Action.SetRole a -> out.put(a.account().bytes()).put(code(a.role()));
      case Action.SetAttributes a -> put(out, a.attributes());
      case Action.SetOptions a -> put(out, a.options());
      case Action.SetLink(InviteLink link) ->
          out.put(link.key().bytes()).put((byte) (link.approval() ? 1 : 0));
      case Action.Join a -> out.put(a.proof().signature().toArray());
      case Action.RequestToJoin a -> out.put(a.proof().signature().toArray());
      case Action.Approve a -> put(out, a.accounts());
      case Action.Decline a -> put(out, a.accounts());
      case Action.Leave _, Action.DropLink _, Action.End _ -> {}
    }
  }

  private static void put(ByteBuffer out, GroupOptions options) {
    out.put(
        (byte)
            ((options.announcementOnly() ? ANNOUNCEMENT_ONLY : 0)
                + (options.membersAdd() ? MEMBERS_ADD : 0)));
  }

  private static void put(ByteBuffer out, SealedAttributes attributes) {
    out.putShort((short) attributes.value().length()).put(attributes.bytes());
  }

  private static void put(ByteBuffer out, SortedSet<AccountId> accounts) {
    out.putShort((short) accounts.size());
    accounts.forEach(account -> out.put(account.bytes()));
  }

  private static byte code(Role role) {
    return switch (role) {
      case OWNER -> 1;
      case ADMIN -> 2;
      case MEMBER -> 3;
    };
  }

  private static int kind(Action action) {
    return switch (action) {
      case Action.Found _ -> FOUND;
      case Action.AddMembers _ -> ADD_MEMBERS;
      case Action.RemoveMembers _ -> REMOVE_MEMBERS;
      case Action.Leave _ -> LEAVE;
      case Action.SetRole _ -> SET_ROLE;
      case Action.SetAttributes _ -> SET_ATTRIBUTES;
      case Action.SetOptions _ -> SET_OPTIONS;
      case Action.SetLink _ -> SET_LINK;
      case Action.DropLink _ -> DROP_LINK;
      case Action.Join _ -> JOIN;
      case Action.RequestToJoin _ -> REQUEST_TO_JOIN;
      case Action.Approve _ -> APPROVE;
      case Action.Decline _ -> DECLINE;
      case Action.End _ -> END;
    };
  }

  static GroupChange.Parsed parse(byte[] bytes) {
    if (bytes.length < MIN_LENGTH || bytes.length > MAX_LENGTH) {
      return new GroupChange.Malformed("length");
    }
    if (bytes[0] != VERSION) {
      return new GroupChange.Malformed("version");
    }
    int kind = bytes[1];
    if (kind < FOUND || kind > END) {
      return new GroupChange.Malformed("kind");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).position(GROUP_AT);
    try {
      Optional<Bytes> nonce =
          kind == FOUND
              ? Optional.of(Bytes.of(take(in, Action.Found.NONCE_LENGTH)))
              : Optional.empty();
      GroupId group = nonce.isPresent() ? GroupId.NONE : new GroupId(take(in, GroupId.LENGTH));
      need(in, AFTER_GROUP_LENGTH);
      long revision = Integer.toUnsignedLong(in.getInt());
      ChangeHash previous = new ChangeHash(take(in, ChangeHash.LENGTH));
      long createdAt = in.getLong();
      Author author = author(in);
      Action action = nonce.isPresent() ? found(nonce.get(), in) : action(kind, in);
      if (in.remaining() != Ed25519PublicKey.SIGNATURE_LENGTH) {
        return new GroupChange.Malformed("length");
      }
      ChangeBody body = new ChangeBody(group, revision, previous, createdAt, author, action);
      Bytes signature = Bytes.of(take(in, Ed25519PublicKey.SIGNATURE_LENGTH));
      return new GroupChange.Read(new GroupChange(body, signature));
    } catch (IllegalArgumentException e) {
      return new GroupChange.Malformed("a field is out of its bounds");
    }
  }

  private static Author author(ByteBuffer in) {
    return new Author(
        account(in),
        new DeviceId(in.get()),
        Integer.toUnsignedLong(in.getInt()),
        new LinkHash(take(in, LinkHash.LENGTH)));
  }

  private static Action found(Bytes nonce, ByteBuffer in) {
    GroupOptions options = options(in);
    SealedAttributes attributes = attributes(in);
    int count = count(in, GroupChain.MAX_MEMBERS, AccountId.LENGTH + 1);
    SortedMap<AccountId, Role> members = new TreeMap<>();
    for (int n = 0; n < count; n++) {
      AccountId account = account(in);
      ascending(members.isEmpty() || members.lastKey().compareTo(account) < 0);
      members.put(account, role(in));
    }
    return new Action.Found(nonce, members, options, attributes);
  }

  private static Action action(int kind, ByteBuffer in) {
    return switch (kind) {
      case ADD_MEMBERS -> {
        Role role = role(in);
        yield new Action.AddMembers(accounts(in, GroupChain.MAX_MEMBERS - 1), role);
      }
      case REMOVE_MEMBERS -> new Action.RemoveMembers(accounts(in, GroupChain.MAX_MEMBERS - 1));
      case LEAVE -> new Action.Leave();
      case SET_ROLE -> new Action.SetRole(account(in), role(in));
      case SET_ATTRIBUTES -> new Action.SetAttributes(attributes(in));
      case SET_OPTIONS -> new Action.SetOptions(options(in));
      case SET_LINK ->
          new Action.SetLink(
              new InviteLink(
                  new Ed25519PublicKey(take(in, Ed25519PublicKey.LENGTH)), below(in, 2) == 1));
      case DROP_LINK -> new Action.DropLink();
      case JOIN -> new Action.Join(proof(in));
      case REQUEST_TO_JOIN -> new Action.RequestToJoin(proof(in));
      case APPROVE -> new Action.Approve(accounts(in, GroupChain.MAX_REQUESTS));
      case DECLINE -> new Action.Decline(accounts(in, GroupChain.MAX_REQUESTS));
      case END -> new Action.End();
      default -> throw new IllegalArgumentException("kind");
    };
  }

  private static JoinProof proof(ByteBuffer in) {
    return new JoinProof(Bytes.of(take(in, Ed25519PublicKey.SIGNATURE_LENGTH)));
  }

  private static GroupOptions options(ByteBuffer in) {
    int bits = below(in, ANNOUNCEMENT_ONLY + MEMBERS_ADD + 1);
    return new GroupOptions((bits & ANNOUNCEMENT_ONLY) != 0, (bits & MEMBERS_ADD) != 0);
  }

  private static SealedAttributes attributes(ByteBuffer in) {
    return new SealedAttributes(take(in, count(in, SealedAttributes.MAX_LENGTH, 1)));
  }

  private static SortedSet<AccountId> accounts(ByteBuffer in, int most) {
    int count = count(in, most, AccountId.LENGTH);
    SortedSet<AccountId> accounts = new TreeSet<>();
    for (int n = 0; n < count; n++) {
      AccountId account = account(in);
      ascending(accounts.isEmpty() || accounts.last().compareTo(account) < 0);
      accounts.add(account);
    }
    return accounts;
  }

  private static void ascending(boolean ascends) {
    if (!ascends) {
      throw new IllegalArgumentException("accounts out of order");
    }
  }

  private static AccountId account(ByteBuffer in) {
    return new AccountId(take(in, AccountId.LENGTH));
  }

  private static Role role(ByteBuffer in) {
    return switch (below(in, 4)) {
      case 1 -> Role.OWNER;
      case 2 -> Role.ADMIN;
      case 3 -> Role.MEMBER;
      default -> throw new IllegalArgumentException("role");
    };
  }

  private static int below(ByteBuffer in, int bound) {
    need(in, 1);
    int value = in.get();
    if (value < 0 || value >= bound) {
      throw new IllegalArgumentException("a code that means nothing");
    }
    return value;
  }

  /// A number of things of this size that are still to come.
  private static int count(ByteBuffer in, int most, int size) {
    need(in, Short.BYTES);
    int count = Short.toUnsignedInt(in.getShort());
    if (count < 1 || count > most) {
      throw new IllegalArgumentException("count");
    }
    need(in, count * size);
    return count;
  }

  private static byte[] take(ByteBuffer in, int length) {
    need(in, length);
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static void need(ByteBuffer in, int length) {
    if (in.remaining() < length) {
      throw new IllegalArgumentException("ends too early");
    }
  }
}
