package sotto.store.account;

import com.google.protobuf.ByteString;
import java.util.Optional;
import sotto.account.v1.DeviceRegistration;
import sotto.account.v1.LinkRefused;
import sotto.account.v1.RegisterRequest;
import sotto.account.v1.RegisterResponse;
import sotto.account.v1.Registered;
import sotto.account.v1.UsernameInvalid;
import sotto.account.v1.UsernameTaken;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.store.keys.PreKeys;
import sotto.store.write.Writers;

/// Registers (protocol A4): claim the name → make the account → confirm the name. Each step may
/// have been done before, by this call or an earlier one that did not end.
///
/// An account has one name. With another name for an account that has one, the call is refused:
/// link 0 is public, and nobody shall be given names.
final class Registration {
  private static final long ROW = 8_192;

  private final Usernames usernames;
  private final Writers writers;

  Registration(Usernames usernames, Writers writers) {
    this.usernames = usernames;
    this.writers = writers;
  }

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
      case AccountChain.Extended(AccountChain chain) ->
          register(name.get(), chain, request.getDevice());
      case AccountChain.AlreadyThere(AccountChain chain) ->
          register(name.get(), chain, request.getDevice());
      case AccountChain.Refused(var reason) -> refused(reason.name());
    };
  }

  private RegisterResponse register(Username name, AccountChain chain, DeviceRegistration device) {
    AccountId account = chain.id();
    if (!usernames.claim(name, account)) {
      return found(chain, device, "", "") instanceof Founding.Refused(String reason)
          ? refused(reason)
          : taken();
    }
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
