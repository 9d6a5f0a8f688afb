package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.GetRecoveryRequest;
import sotto.account.v1.ListDevicesRequest;
import sotto.account.v1.LookUpUsernameRequest;
import sotto.account.v1.RecoveryProof;
import sotto.account.v1.RecoveryRecord;
import sotto.account.v1.SetRecoveryRequest;
import sotto.blob.v1.BeginRequest;
import sotto.blob.v1.BlobDeclaration;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.DeleteRequest;
import sotto.blob.v1.LocateRequest;
import sotto.blob.v1.RenewRequest;
import sotto.blob.v1.StorageClass;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.RecoverySubject;
import sotto.client.SaveResult;
import sotto.client.ServerAddress;
import sotto.client.Username;
import sotto.client.internal.engine.Recovery;
import sotto.client.internal.net.Blobs;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.net.TlsDialer;
import sotto.client.internal.net.TokenSource;
import sotto.crypto.AttachmentKey;
import sotto.crypto.Attachments;
import sotto.crypto.BackupKey;
import sotto.crypto.RecoveryAuthenticationKey;
import sotto.crypto.RecoveryCode;
import sotto.keys.v1.CountPreKeysRequest;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// What somebody gets back who has lost everything but the recovery code, from the real server.
@Timeout(value = 180, unit = TimeUnit.SECONDS)
final class RecoveryTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SIZE = 1_500_000;

  @TempDir Path folder;

  /// What is written down: nothing else of the account is left.
  private record Kept(String code, AccountId account) {}

  @Test
  void codeAlone_fetchesChainManifestAndBlob_alsoAfterTheServerWasKilled() throws IOException {
    var file = new byte[SIZE];
    RANDOM.nextBytes(file);
    Kept kept;
    var data = folder.resolve("server");
    try (var server = ServerProcess.start(Checkout.find(), data)) {
      kept = keep(server, file);
      server.kill();
    }
    try (var server = ServerProcess.start(Checkout.find(), data);
        var code = code(kept.code())) {
      try (var byName = Recovery.of(address(server), new TlsDialer(), code, Username.of("alice"));
          var byId = Recovery.of(address(server), new TlsDialer(), code, kept.account())) {
        for (var recovery : List.of(byName, byId)) {
          var opened = opened(recovery);
          assertThat(opened.chain().id()).isEqualTo(kept.account());
          assertThat(opened.version()).isEqualTo(1);
          var saved = save(recovery, opened.manifest());
          assertThat(saved)
              .isInstanceOfSatisfying(
                  SaveResult.Saved.class, s -> assertThat(s.path()).hasBinaryContent(file));
        }
        assertThat(folder.resolve("parts")).isEmptyDirectory();
      }
    }
  }

  @Test
  void whoeverHasNoCode_getsNothing_andATokenOpensDownloadsAlone() throws IOException {
    try (var server = ServerProcess.start(Checkout.find(), folder.resolve("server"))) {
      var kept = keep(server, new byte[1000]);
      try (var wrong = RecoveryCode.generate(RANDOM);
          var code = code(kept.code());
          var guesses = Recovery.of(address(server), new TlsDialer(), wrong, kept.account());
          var nobody = Recovery.of(address(server), new TlsDialer(), code, Username.of("nobody"));
          var wire = Wire.to(server.address(), server.ca())) {
        assertThat(guesses.fetch()).isEqualTo(new Recovery.Refused());
        assertThat(nobody.fetch()).isEqualTo(new Recovery.Refused());
        opensDownloadsAlone(wire, code, kept.account());
      }
    }
  }

  private static void opensDownloadsAlone(Wire wire, RecoveryCode code, AccountId account) {
    var token = restoreToken(wire, code, account);
    var headers = Wire.bearer(token);
    var accounts = wire.accounts(headers);
    var blobs = BlobServiceGrpc.newBlockingStub(wire.with(headers));
    var id = ByteString.copyFrom(account.bytes());
    var blob = RawDevice.randomBytes(32);
    var declaration =
        BlobDeclaration.newBuilder()
            .setSize(1)
            .setSha256(blob)
            .setStorageClass(StorageClass.STORAGE_CLASS_KEPT)
            .setUploadId(RawDevice.randomBytes(16));
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> accounts.getChain(GetChainRequest.newBuilder().setAccountId(id).build()),
            () -> accounts.listDevices(ListDevicesRequest.getDefaultInstance()),
            () -> accounts.setRecovery(SetRecoveryRequest.getDefaultInstance()),
            () ->
                accounts.lookUpUsername(
                    LookUpUsernameRequest.newBuilder().setUsername("alice").build()),
            () -> wire.keys(headers).countPreKeys(CountPreKeysRequest.getDefaultInstance()),
            () -> blobs.begin(BeginRequest.newBuilder().setBlob(declaration).build()),
            () -> blobs.renew(RenewRequest.newBuilder().setBlobId(blob).build()),
            () -> blobs.delete(DeleteRequest.newBuilder().setBlobId(blob).build()))) {
      assertThat(Statuses.reason(catchThrowable(call))).contains(Reason.CALLER_NOT_ALLOWED);
    }
    assertThat(blobs.locate(LocateRequest.newBuilder().setBlobId(blob).build()).hasNotFound())
        .isTrue();
  }

  private static String restoreToken(Wire wire, RecoveryCode code, AccountId account) {
    var accounts = wire.accounts(new Metadata());
    var request =
        GetRecoveryRequest.newBuilder().setAccountId(ByteString.copyFrom(account.bytes()));
    var challenge = accounts.getRecovery(request.build()).getChallenge();
    try (RecoveryAuthenticationKey key = code.authenticationKey()) {
      var signature =
          key.sign(wire.host(), challenge.toByteArray(), new RecoverySubject.OfAccount(account));
      request.setProof(
          RecoveryProof.newBuilder()
              .setChallenge(challenge)
              .setServerName(wire.host())
              .setSignature(ByteString.copyFrom(signature)));
    }
    return accounts.getRecovery(request.build()).getRecovery().getRestoreToken().getValue();
  }

  /// An account that keeps a blob and sets its record; its device is gone when this returns.
  private Kept keep(ServerProcess server, byte[] file) throws IOException {
    try (var wire = Wire.to(server.address(), server.ca());
        var alice = RawDevice.registered(wire, "alice");
        var code = RecoveryCode.generate(RANDOM)) {
      var calls = ServerCalls.of(wire.channel(), fixed(alice.token()));
      var manifest = upload(Blobs.of(calls), file);
      try (RecoveryAuthenticationKey key = code.authenticationKey();
          BackupKey backup = code.backupKey()) {
        var record =
            RecoveryRecord.newBuilder()
                .setAuthenticationKey(ByteString.copyFrom(key.publicKey().bytes()))
                .setManifest(ByteString.copyFrom(backup.seal(alice.id(), manifest, RANDOM)));
        var request = SetRecoveryRequest.newBuilder().setRecord(record).build();
        assertThat(calls.setRecovery(request).getSet().getVersion()).isEqualTo(1);
      }
      return new Kept(code.text(), alice.id());
    }
  }

  private static TokenSource fixed(String token) {
    return new TokenSource() {
      @Override
      public String get() {
        return token;
      }

      @Override
      public void drop(String refused) {}
    };
  }

  /// A manifest of one file: blob id 32, key 32, digest of the blob 32, size 8, digest 32.
  private byte[] upload(Blobs blobs, byte[] file) throws IOException {
    var encrypted = folder.resolve("encrypted");
    AttachmentKey key;
    try (var out = Files.newOutputStream(encrypted)) {
      key = Attachments.encrypt(new java.io.ByteArrayInputStream(file), file.length, out);
    }
    var declaration =
        BlobDeclaration.newBuilder()
            .setSize(key.ciphertextSize())
            .setSha256(ByteString.copyFrom(key.ciphertextSha256().toArray()))
            .setStorageClass(StorageClass.STORAGE_CLASS_KEPT)
            .setUploadId(RawDevice.randomBytes(16))
            .build();
    var answer = blobs.upload(declaration, 0, encrypted, _ -> true).orElseThrow();
    assertThat(answer.hasUploaded()).isTrue();
    Files.delete(encrypted);
    return ByteBuffer.allocate(136)
        .put(answer.getUploaded().getBlobId().toByteArray())
        .put(key.key())
        .put(key.ciphertextSha256().toArray())
        .putLong(key.plainSize())
        .put(key.plainSha256().toArray())
        .array();
  }

  private SaveResult save(Recovery recovery, Bytes manifest) {
    var in = ByteBuffer.wrap(manifest.toArray());
    var blobId = new byte[32];
    var secret = new byte[32];
    var cipherDigest = new byte[32];
    var digest = new byte[32];
    in.get(blobId).get(secret).get(cipherDigest);
    var size = in.getLong();
    in.get(digest);
    var key =
        new AttachmentKey(
            secret,
            Attachments.ciphertextSize(size),
            Bytes.of(cipherDigest),
            size,
            Bytes.of(digest));
    return recovery.save(
        Bytes.of(blobId), key, "backup", folder.resolve("parts"), folder.resolve("restored"));
  }

  private static Recovery.Opened opened(Recovery recovery) {
    return switch (recovery.fetch()) {
      case Recovery.Opened opened -> opened;
      case Recovery.Refused _, Recovery.Forged _ -> throw new AssertionError("not opened");
    };
  }

  private static RecoveryCode code(String text) {
    return switch (RecoveryCode.read(text)) {
      case RecoveryCode.Good(RecoveryCode code) -> code;
      case RecoveryCode.Mistyped _, RecoveryCode.WrongLength _ ->
          throw new AssertionError("not a code");
    };
  }

  private static ServerAddress address(ServerProcess server) throws IOException {
    return ServerAddress.parse(server.address()).trusting(Files.readString(server.ca()));
  }
}
