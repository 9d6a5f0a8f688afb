package sotto.store.account;

import com.google.protobuf.ByteString;
import java.util.Optional;
import sotto.account.v1.DeviceRegistration;
import sotto.account.v1.InviteRefused;
import sotto.account.v1.InviteRequired;
import sotto.account.v1.LinkRefused;
import sotto.account.v1.RegisterRequest;
import sotto.account.v1.RegisterResponse;
import sotto.account.v1.Registered;
import sotto.account.v1.RegistrationClosed;
import sotto.account.v1.UsernameInvalid;
import sotto.account.v1.UsernameTaken;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.store.keys.PreKeys;
import sotto.store.write.Writers;

/// Registers (protocol A4): claim the name → spend the invite, where one is needed → make the
/// account → confirm the name. Each step may have been done before, by this call or an earlier one
/// that did not end.
///
/// An account has one name. With another name for an account that has one, the call is refused:
/// link 0 is public, and nobody shall be given names.
///
/// Who may make an account is the [RegistrationPolicy]'s to say. An account that is there already
/// is none that this call makes. Whoever may not make one hears that before anything is done:
/// neither does a stranger hold a name for minutes, nor does he learn which ones are taken. An
/// invite is spent behind the claim, so that a taken name costs none; and before the account is
/// made, so that two accounts never come of one.
final class Registration {
  private static final long ROW = 8_192;

  private final RegistrationPolicy policy;
  private final Usernames usernames;
  private final Invites invites;
  private final AccountReads reads;
  private final Writers writers;

  Registration(
      RegistrationPolicy policy,
      Usernames usernames,
      Invites invites,
      AccountReads reads,
      Writers writers) {
    this.policy = policy;
    this.usernames = usernames;
    this.invites = invites;
    this.reads = reads;
    this.writers = writers;
  }

  /// Whether an account may be made.
  private sealed interface Leave {}

  /// It may, or it is there.
  private record Free() implements Leave {}

  /// It may, if this invite is spent for it.
  private record With(InviteCode invite) implements Leave {}

  /// It may not.
  private record None(RegisterResponse answer) implements Leave {}

  RegisterResponse register(RegisterRequest request) {
    Optional<Username> name = Username.parse(request.getUsername());
    if (name.isEmpty()) {
      return RegisterResponse.newBuilder()
          .setUsernameInvalid(UsernameInvalid.getDefaultInstance())
          .build();
    }
    if (!PreKeys.areWellFormed(request.getDevice())) {
      return refused("MALFORMED_KEY");
    }
    return switch (AccountChain.found(request.getLink().toByteArray())) {
      case AccountChain.Extended(AccountChain chain) -> register(name.get(), chain, request);
      case AccountChain.AlreadyThere(AccountChain chain) -> register(name.get(), chain, request);
      case AccountChain.Refused(var reason) -> refused(reason.name());
    };
  }

  private RegisterResponse register(Username name, AccountChain chain, RegisterRequest request) {
    DeviceRegistration device = request.getDevice();
    return switch (leave(chain.id(), request.getInvite())) {
      case None(RegisterResponse answer) -> answer;
      case Free _ -> registerFreely(name, chain, device);
      case With(InviteCode invite) -> {
        if (!usernames.claim(name, chain.id())) {
          yield taken();
        }
        if (!invites.spend(chain.id(), invite)) {
          usernames.release(name, chain.id());
          yield inviteRefused();
        }
        yield make(name, chain, device);
      }
    };
  }

  private Leave leave(AccountId account, String invite) {
    if (policy == RegistrationPolicy.OPEN || reads.isThere(account)) {
      return new Free();
    }
    if (policy == RegistrationPolicy.CLOSED) {
      return new None(
          RegisterResponse.newBuilder()
              .setRegistrationClosed(RegistrationClosed.getDefaultInstance())
              .build());
    }
    if (invite.isBlank()) {
      return new None(
          RegisterResponse.newBuilder()
              .setInviteRequired(InviteRequired.getDefaultInstance())
              .build());
    }
    return InviteCode.read(invite)
        .filter(code -> invites.isGoodFor(account, code))
        .<Leave>map(With::new)
        .orElseGet(() -> new None(inviteRefused()));
  }

  private RegisterResponse registerFreely(
      Username name, AccountChain chain, DeviceRegistration device) {
    if (!usernames.claim(name, chain.id())) {
      return found(chain, device, "", "") instanceof Founding.Refused(String reason)
          ? refused(reason)
          : taken();
    }
    return make(name, chain, device);
  }

  /// The name is claimed.
  private RegisterResponse make(Username name, AccountChain chain, DeviceRegistration device) {
    AccountId account = chain.id();
    Founding.Outcome outcome = found(chain, device, name.value(), "");
    if (outcome instanceof Founding.HasName(String other)) {
      outcome = replaceLost(chain, device, name, other);
    }
    return switch (outcome) {
      case Founding.Exists _ -> usernames.confirm(name, account) ? registered(account) : taken();
      case Founding.HasName _ -> giveBack(name, account, "HAS_ANOTHER_USERNAME");
      case Founding.Refused(String reason) -> giveBack(name, account, reason);
    };
  }

  /// The account's row may have a name that it has claimed once and lost.
  private Founding.Outcome replaceLost(
      AccountChain chain, DeviceRegistration device, Username name, String other) {
    boolean lost = Username.parse(other).map(o -> !usernames.belongsTo(o, chain.id())).orElse(true);
    return lost ? found(chain, device, name.value(), other) : new Founding.HasName(other);
  }

  private Founding.Outcome found(
      AccountChain chain, DeviceRegistration device, String name, String instead) {
    return writers.commit(
        chain.id().bucket(), ROW, batch -> Founding.found(batch, chain, device, name, instead));
  }

  private RegisterResponse giveBack(Username name, AccountId account, String reason) {
    usernames.release(name, account);
    return refused(reason);
  }

  private static RegisterResponse registered(AccountId account) {
    return RegisterResponse.newBuilder()
        .setRegistered(Registered.newBuilder().setAccountId(ByteString.copyFrom(account.bytes())))
        .build();
  }

  private static RegisterResponse inviteRefused() {
    return RegisterResponse.newBuilder()
        .setInviteRefused(InviteRefused.getDefaultInstance())
        .build();
  }

  private static RegisterResponse taken() {
    return RegisterResponse.newBuilder()
        .setUsernameTaken(UsernameTaken.getDefaultInstance())
        .build();
  }

  private static RegisterResponse refused(String reason) {
    return RegisterResponse.newBuilder()
        .setLinkRefused(LinkRefused.newBuilder().setReason(reason))
        .build();
  }
}
