package sotto.crypto;

import java.util.List;
import java.util.stream.Stream;
import org.signal.libsignal.protocol.InvalidKeyException;
import org.signal.libsignal.protocol.ecc.ECPublicKey;
import sotto.chain.AccountChain;
import sotto.chain.Change;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chain.IdentityProofBytes;
import sotto.chain.Link;

/// Checks of a chain that need the Signal protocol: does every identity key vouch for its
/// authentication key?
public final class ChainTrust {
  private ChainTrust() {}

  /// The devices, in the list or removed, whose identity proof does not hold; a chain with any is
  /// not to be used.
  ///
  /// @return their numbers, in the order of the links; empty for an honest chain
  public static List<DeviceId> unproven(AccountChain chain) {
    return chain.links().stream().flatMap(link -> unproven(chain, link).stream()).toList();
  }

  /// Whether every identity proof in the chain holds.
  public static boolean holds(AccountChain chain) {
    return unproven(chain).isEmpty();
  }

  private static List<DeviceId> unproven(AccountChain chain, Link link) {
    return switch (link.body().change()) {
      case Change.Found(DeviceEntry d, var _) ->
          unproven(d, IdentityProofBytes.founding(d.authKey()));
      case Change.AddDevice(DeviceEntry d) ->
          unproven(d, IdentityProofBytes.joining(chain.id(), d.authKey()));
      case Change.RemoveDevice _, Change.ReplaceRecoveryKey _, Change.DeleteAccount _ -> List.of();
    };
  }

  private static List<DeviceId> unproven(DeviceEntry device, byte[] proofBytes) {
    return Stream.of(device.device()).filter(_ -> !proven(device, proofBytes)).toList();
  }

  private static boolean proven(DeviceEntry device, byte[] proofBytes) {
    try {
      byte[] key = device.identityKey().toArray();
      ECPublicKey identity = new ECPublicKey(key);
      return identity.verifySignature(proofBytes, device.identityProof().toArray());
    } catch (InvalidKeyException e) {
      return false;
    }
  }
}
