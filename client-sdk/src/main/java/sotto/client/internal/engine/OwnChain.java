package sotto.client.internal.engine;

import java.util.Optional;
import sotto.account.v1.AppendLinkResponse;
import sotto.chain.AccountChain;
import sotto.chain.Change;
import sotto.chain.DeviceId;
import sotto.chain.LinkBody;
import sotto.chain.Signer;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.net.ServerCalls;

/// The account's own chain: fetched, and grown by links that this device signs (protocol A1).
/// Blocks; not on the lane.
final class OwnChain {
  private static final int TRIES = 8;

  private final Core core;
  private final ChainSync chains;

  OwnChain(Core core, ChainSync chains) {
    this.core = core;
    this.chains = chains;
  }

  /// The newest chain there is.
  AccountChain refreshed(ServerCalls calls) {
    return switch (chains.refresh(calls, core.self().id())) {
      case ChainSync.Known(AccountChain chain) -> chain;
      case ChainSync.NoAccount _ ->
          throw SottoException.of(Code.REFUSED, "The server does not know this account any more.");
      case ChainSync.Refused _ ->
          throw SottoException.of(
              Code.REFUSED,
              "The server's list of your devices contradicts what this device knows.");
    };
  }

  /// A chain with one link more, signed by this device; not yet at the server.
  ///
  /// @return empty if no such link fits there
  Optional<AccountChain> signed(AccountChain chain, Change change) {
    Identity self = core.self();
    return core.lane()
        .call(_ -> {
          Signer signer = new Signer.Device(self.address().device());
          LinkBody body = LinkBody.next(chain, signer, change, core.clock().millis());
          return chain.append(body.sign(self.keys().signer()))
                  instanceof AccountChain.Extended(AccountChain longer)
              ? Optional.of(longer)
              : Optional.<AccountChain>empty();
        });
  }

  /// Takes a device out of the account. Whoever is faster with another link wins, and this is
  /// signed anew behind theirs.
  ///
  /// @return the chain without it
  AccountChain remove(ServerCalls calls, DeviceId device) {
    for (int i = 0; i < TRIES; i++) {
      AccountChain own = refreshed(calls);
      requireRemovable(own, device);
      AccountChain signed =
          signed(own, new Change.RemoveDevice(device))
              .orElseThrow(() ->
                  SottoException.of(Code.REFUSED, "This device may not sign for the account."));
      AppendLinkResponse answer = calls.appendLink(signed.links().getLast().bytes());
      if (answer.hasAppended()) {
        return device.equals(core.self().address().device()) ? signed : refreshed(calls);
      }
      String reason = answer.getLinkRefused().getReason();
      if (!reason.equals("SEQUENCE_TAKEN") && !reason.equals("WRONG_PREVIOUS")) {
        throw SottoException.of(Code.REFUSED, "The server refuses the removal (" + reason + ").");
      }
    }
    throw SottoException.of(
        Code.SERVER_UNREACHABLE, "The account's devices change all the time; try again.");
  }

  /// Ends the account; it has ended when this returns.
  void end(ServerCalls calls) {
    for (int i = 0; i < TRIES; i++) {
      AccountChain own = refreshed(calls);
      if (own.ended()) {
        return;
      }
      AccountChain signed =
          signed(own, new Change.DeleteAccount())
              .orElseThrow(() ->
                  SottoException.of(Code.REFUSED, "This device may not sign for the account."));
      AppendLinkResponse answer = calls.appendLink(signed.links().getLast().bytes());
      if (answer.hasAppended()) {
        return;
      }
      String reason = answer.getLinkRefused().getReason();
      if (!reason.equals("SEQUENCE_TAKEN")
          && !reason.equals("WRONG_PREVIOUS")
          && !reason.equals("ENDED")) {
        throw SottoException.of(Code.REFUSED, "The server refuses the end (" + reason + ").");
      }
    }
    throw SottoException.of(
        Code.SERVER_UNREACHABLE, "The account's devices change all the time; try again.");
  }

  private static void requireRemovable(AccountChain own, DeviceId device) {
    if (own.device(device).isEmpty()) {
      throw SottoException.invalid("device", "The account has no device " + device + ".");
    }
    if (own.devices().size() == 1) {
      throw SottoException.invalid(
          "device", "The account's last device cannot be removed: link another one first.");
    }
  }
}
