package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import sotto.account.v1.GetRecoveryRequest;
import sotto.account.v1.GetRecoveryResponse;
import sotto.account.v1.RecoveryProof;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.RecoverySubject;
import sotto.client.SaveResult;
import sotto.client.ServerAddress;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.Username;
import sotto.client.internal.archive.Depot;
import sotto.client.internal.files.PartialBlob;
import sotto.client.internal.files.SafeFolder;
import sotto.client.internal.net.Blobs;
import sotto.client.internal.net.Dialer;
import sotto.client.internal.net.DirectHttp;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.net.TokenSource;
import sotto.client.internal.net.Wire;
import sotto.client.internal.store.Sha256;
import sotto.crypto.AttachmentDamaged;
import sotto.crypto.AttachmentKey;
import sotto.crypto.BackupKey;
import sotto.crypto.RecoveryAuthenticationKey;
import sotto.crypto.RecoveryCode;

/// What the holder of a recovery code, who has nothing else, gets of an account: its chain, its
/// manifest and the blobs that it names. Needs no home and writes none.
///
/// The chain is checked link by link, and that its first is the account's; the manifest opens for
/// this account alone. That both are the newest is the server's word. Safe for many threads.
public final class Recovery implements AutoCloseable {
  /// What a code opens.
  public sealed interface Outcome {}

  /// It is this account's.
  ///
  /// @param chain the account, checked
  /// @param manifest what was set, decrypted
  /// @param version the record's version, by the server
  public record Opened(AccountChain chain, Bytes manifest, long version) implements Outcome {}

  /// Wrong code, no such account, nothing set: the server does not say which.
  public record Refused() implements Outcome {}

  /// What the server gave is not the account's, or not what was set with this code.
  public record Forged() implements Outcome {}

  // As long as the token of a device is used.
  private static final long RENEW_AFTER_NANOS = Duration.ofMinutes(8).toNanos();
  private static final int PART_NAME = 16;

  private final ServerAddress server;
  private final Wire wire;
  private final DirectHttp direct;
  private final ServerCalls calls;
  private final Blobs blobs;
  private final RecoverySubject subject;
  private final RecoveryAuthenticationKey authentication;
  private final BackupKey backup;
  private volatile Held held = new Held("", 0);
  private volatile boolean closed;

  /// A restore token and when it came.
  private record Held(String token, long at) {}

  private Recovery(
      ServerAddress server, Dialer dialer, RecoveryCode code, RecoverySubject subject) {
    this.server = server;
    this.subject = subject;
    this.authentication = code.authenticationKey();
    this.backup = code.backupKey();
    this.wire = dialer.dial(server);
    this.direct = DirectHttp.trusting(server.trustedCa());
    this.calls = ServerCalls.withoutToken(wire.channel());
    this.blobs = Blobs.of(ServerCalls.of(wire.channel(), new RestoreTokens()));
  }

  /// Of the account that has a name.
  ///
  /// @param code stays the caller's
  public static Recovery of(ServerAddress server, Dialer dialer, RecoveryCode code, Username name) {
    return new Recovery(server, dialer, code, new RecoverySubject.OfName(name.value()));
  }

  /// Of an account.
  ///
  /// @param code stays the caller's
  public static Recovery of(
      ServerAddress server, Dialer dialer, RecoveryCode code, AccountId account) {
    return new Recovery(server, dialer, code, new RecoverySubject.OfAccount(account));
  }

  /// Asks for chain and manifest. Blocks.
  ///
  /// @throws SottoException SERVER_UNREACHABLE, RATE_LIMITED and others
  public Outcome fetch() {
    return ask().map(this::checked).orElse(new Refused());
  }

  private Outcome checked(sotto.account.v1.Recovery answer) {
    List<byte[]> links = answer.getLinksList().stream().map(ByteString::toByteArray).toList();
    if (links.isEmpty()
        || !(AccountChain.of(links) instanceof AccountChain.Extended(AccountChain chain))
        || chain.ended()
        || !Arrays.equals(chain.id().bytes(), answer.getAccountId().toByteArray())
        || !isOf(chain)) {
      return new Forged();
    }
    try {
      Bytes manifest = manifest(chain.id(), answer.getManifest().toByteArray());
      return new Opened(chain, manifest, answer.getVersion());
    } catch (AttachmentDamaged e) {
      return new Forged();
    }
  }

  /// Whose name it is only the server knows; the manifest then says whether it is the code's.
  private boolean isOf(AccountChain chain) {
    return switch (subject) {
      case RecoverySubject.OfAccount(AccountId account) -> account.equals(chain.id());
      case RecoverySubject.OfName _ -> true;
    };
  }

  /// Downloads a blob of at most a segment's size. Blocks.
  ///
  /// @return empty if the server has none of this size
  /// @throws SottoException SERVER_UNREACHABLE and others
  public Optional<byte[]> blob(Bytes blobId, long size) {
    return new Depot(() -> Optional.of(blobs)).get(blobId, size);
  }

  /// Downloads, decrypts, checks and names a blob as a file. Blocks.
  ///
  /// @param blobId the blob
  /// @param key what the manifest says of it
  /// @param name a name for the file, not trusted
  /// @param parts where what has come of it waits, as ciphertext; the same folder goes on with it
  /// @param folder where the file goes
  /// @throws SottoException SERVER_UNREACHABLE and others; what came is kept
  public SaveResult save(Bytes blobId, AttachmentKey key, String name, Path parts, Path folder) {
    String id = HexFormat.of().formatHex(Sha256.of(blobId.toArray()), 0, PART_NAME);
    try (PartialBlob blob = PartialBlob.open(parts.resolve(id), key)) {
      Optional<SaveResult> lost = new Fetch(new OneWay(), blobId, key, blob, _ -> !closed).run();
      if (lost.isPresent()) {
        blob.delete();
        return lost.get();
      }
      SaveResult saved = write(blob, name, id, folder);
      blob.delete();
      return saved;
    } catch (IOException e) {
      throw SottoException.of(Code.FILE, "The file cannot be written to '" + folder + "'.", e);
    }
  }

  private static SaveResult write(PartialBlob blob, String name, String id, Path folder)
      throws IOException {
    try {
      return new SaveResult.Saved(new SafeFolder(folder).write(name, id, blob::decrypt));
    } catch (AttachmentDamaged e) {
      return new SaveResult.Damaged();
    }
  }

  /// Empty when it is refused.
  private Optional<sotto.account.v1.Recovery> ask() {
    GetRecoveryRequest.Builder request = GetRecoveryRequest.newBuilder();
    switch (subject) {
      case RecoverySubject.OfAccount(AccountId account) ->
          request.setAccountId(ByteString.copyFrom(account.bytes()));
      case RecoverySubject.OfName(String name) -> request.setUsername(name);
    }
    ByteString challenge = calls.getRecovery(request.build()).getChallenge();
    byte[] signature = signature(challenge.toByteArray());
    GetRecoveryResponse answer =
        calls.getRecovery(
            request
                .setProof(
                    RecoveryProof.newBuilder()
                        .setChallenge(challenge)
                        .setServerName(server.host())
                        .setSignature(ByteString.copyFrom(signature)))
                .build());
    if (!answer.hasRecovery()) {
      return Optional.empty();
    }
    held = new Held(answer.getRecovery().getRestoreToken().getValue(), System.nanoTime());
    return Optional.of(answer.getRecovery());
  }

  private synchronized Bytes manifest(AccountId account, byte[] sealed) throws AttachmentDamaged {
    requireOpen();
    return Bytes.of(backup.open(account, sealed));
  }

  private synchronized byte[] signature(byte[] challenge) {
    requireOpen();
    try {
      return authentication.sign(server.host(), challenge, subject);
    } catch (IllegalArgumentException e) {
      throw SottoException.of(Code.REFUSED, "The server's challenge is malformed.", e);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw SottoException.of(Code.CLOSED, "This recovery was closed.");
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      authentication.close();
      backup.close();
    }
    direct.close();
    wire.close();
  }

  /// The tokens for downloads. Each comes with an answer that the code's key was needed for.
  private final class RestoreTokens implements TokenSource {
    @Override
    public String get() {
      Held now = held;
      if (!now.token.isEmpty() && System.nanoTime() - now.at < RENEW_AFTER_NANOS) {
        return now.token;
      }
      return ask()
          .map(answer -> answer.getRestoreToken().getValue())
          .orElseThrow(() ->
              SottoException.of(Code.REFUSED, "The server does not know this recovery code."));
    }

    @Override
    public void drop(String refused) {
      if (held.token.equals(refused)) {
        held = new Held("", 0);
      }
    }
  }

  /// One channel that connects again by itself.
  private final class OneWay implements Way {
    private final Optional<Open> open = Optional.of(new Open(blobs, direct));

    @Override
    public Optional<Open> now() {
      return open;
    }

    @Override
    public boolean closed() {
      return closed;
    }

    @Override
    public boolean await(BooleanSupplier condition, Duration longest) {
      return condition.getAsBoolean();
    }
  }
}
