package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Ephemeral;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Lane.Transaction;
import sotto.crypto.Padding;
import sotto.crypto.Sealed;

/// Tells contacts that the user types. What cannot go now is forgotten.
final class Typing {
  private final Core core;
  private final Sealer sealer;

  Typing(Core core, Sealer sealer) {
    this.core = core;
    this.sealer = sealer;
  }

  void tell(AccountId account, boolean typing) {
    core.session()
        .ifPresent(session -> {
          var _ = core.lane().submit(tx -> tell(tx, session, account, typing));
        });
  }

  private boolean tell(Transaction tx, Session session, AccountId account, boolean typing) {
    Optional<ContactRow> contact =
        core.store().contacts().find(account).filter(c -> c.accepted() && !c.unconfirmed());
    Optional<AccountChain> chain = core.store().chains().of(account);
    if (contact.isEmpty() || chain.isEmpty()) {
      return false;
    }
    List<DeviceAddress> devices =
        chain.get().devices().stream()
            .map(d -> new DeviceAddress(account, d.device()))
            .filter(core.self().crypto()::hasSession)
            .toList();
    if (devices.isEmpty()) {
      return false;
    }
    byte[] padded =
        Padding.pad(
            sealer
                .envelopeOf(chain.get(), contact)
                .setTyping(sotto.content.v1.Typing.newBuilder().setTyping(typing))
                .build()
                .toByteArray());
    Ephemeral.Builder frame =
        Ephemeral.newBuilder().setAccountId(ByteString.copyFrom(account.bytes()));
    for (DeviceAddress device : devices) {
      if (core.self().crypto().encrypt(device, padded) instanceof Sealed.Ciphertext c) {
        frame.addDevices(Sealer.envelope(device, c));
      }
    }
    tx.afterCommit(
        () -> session.stream().send(ClientFrame.newBuilder().setEphemeral(frame).build()));
    return true;
  }
}
