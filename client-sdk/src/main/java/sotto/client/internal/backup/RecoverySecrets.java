package sotto.client.internal.backup;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import sotto.client.internal.store.Settings;
import sotto.crypto.BackupKey;
import sotto.crypto.RecoveryAuthenticationKey;
import sotto.crypto.RecoveryCode;
import sotto.crypto.RecoveryKey;

/// What a home keeps for the day on which all devices are lost: the recovery key, and of the
/// recovery code what encrypts a backup and what the server checks. The code itself is kept only
/// until the user has it in a safe place; with the rest nobody opens the recovery record. For the
/// lane only.
public final class RecoverySecrets {
  private static final String CODE = "recovery_code";
  private static final String KEY = "recovery_secret";
  private static final String BACKUP_KEY = "backup_key";
  private static final String AUTHENTICATION = "recovery_authentication_key";

  private final Settings settings;

  /// Those of a home.
  public RecoverySecrets(Settings settings) {
    this.settings = settings;
  }

  /// Keeps a recovery key and what follows from a code.
  ///
  /// @param kept whether the user has the code, so that it is not kept
  public void put(RecoveryKey key, RecoveryCode code, boolean kept) {
    byte[] secret = key.secret();
    settings.put(KEY, secret);
    Arrays.fill(secret, (byte) 0);
    try (BackupKey backup = code.backupKey();
        RecoveryAuthenticationKey authentication = code.authenticationKey()) {
      byte[] exported = backup.export();
      settings.put(BACKUP_KEY, exported);
      Arrays.fill(exported, (byte) 0);
      settings.put(AUTHENTICATION, authentication.publicKey().value().toArray());
    }
    if (!kept) {
      settings.put(CODE, code.text());
    }
  }

  /// Gives a home that was made before there were codes one. Where its recovery key was taken away
  /// already, it makes no backups.
  public void complete(SecureRandom random) {
    Optional<byte[]> secret = settings.bytes(KEY);
    if (secret.isPresent() && settings.bytes(BACKUP_KEY).isEmpty()) {
      try (RecoveryKey key = RecoveryKey.of(secret.get());
          RecoveryCode code = RecoveryCode.generate(random)) {
        put(key, code, false);
      } finally {
        Arrays.fill(secret.get(), (byte) 0);
      }
    }
  }

  /// Whether this home can make backups and sign as the recovery key.
  public boolean complete() {
    return settings.bytes(KEY).isPresent() && settings.bytes(BACKUP_KEY).isPresent();
  }

  /// The code, until it was forgotten.
  public Optional<String> code() {
    return settings.text(CODE);
  }

  /// Forgets the code.
  public void forgetCode() {
    settings.remove(CODE);
  }

  /// The recovery key; the caller's to close.
  RecoveryKey recoveryKey() {
    byte[] secret = recoverySecret();
    try {
      return RecoveryKey.of(secret);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  byte[] recoverySecret() {
    return settings.bytes(KEY).orElseThrow();
  }

  /// The key of backups; the caller's to close.
  BackupKey backupKey() {
    byte[] key = settings.bytes(BACKUP_KEY).orElseThrow();
    try {
      return BackupKey.of(key);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /// What the server checks proofs with.
  byte[] authenticationKey() {
    return settings.bytes(AUTHENTICATION).orElseThrow();
  }
}
