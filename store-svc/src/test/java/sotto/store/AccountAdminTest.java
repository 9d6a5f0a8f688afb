package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sotto.account.v1.AddDeviceRequest;
import sotto.account.v1.AppendLinkRequest;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.ListDevicesRequest;
import sotto.account.v1.LookUpUsernameRequest;
import sotto.admin.v1.AccountRef;
import sotto.admin.v1.AccountShown;
import sotto.admin.v1.AccountState;
import sotto.admin.v1.DeleteAccountRequest;
import sotto.admin.v1.DisableAccountRequest;
import sotto.admin.v1.DisableAccountResponse;
import sotto.admin.v1.EnableAccountRequest;
import sotto.admin.v1.SetQuotaRequest;
import sotto.admin.v1.ShowAccountRequest;
import sotto.chain.Bytes;
import sotto.chain.Change;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chain.Link;
import sotto.chain.testing.TestAccount;
import sotto.keys.v1.CountPreKeysRequest;
import sotto.mailbox.v1.AccountsChanged;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.CheckMissedRequest;
import sotto.mailbox.v1.CheckMissedResponse;
import sotto.mailbox.v1.DevicePosition;
import sotto.mailbox.v1.LastSeen;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.mailbox.v1.NoteLastSeenRequest;
import sotto.mailbox.v1.WatchAccountsRequest;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.quota.v1.QuotaServiceGrpc;
import sotto.quota.v1.ReserveRequest;
import sotto.quota.v1.ReserveResponse;
import sotto.store.testing.ColdFault;

/// What operators do to single accounts.
@ContractTest
final class AccountAdminTest {
  private static final int MANY = 450;

  @TempDir Path folder;
  private Rig rig;
  private TestAccount bob;
  private DeviceAddress device;

  @BeforeEach
  void open() {
    rig = Rig.open(folder);
    bob = rig.register(1, "bob");
    device = new DeviceAddress(bob.id(), DeviceId.FIRST);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static AccountRef named(String name) {
    return AccountRef.newBuilder().setUsername(name).build();
  }

  private AccountRef byId() {
    return AccountRef.newBuilder().setAccountId(Rig.id(bob)).build();
  }

  private DisableAccountResponse disable(AccountRef account) {
    return rig.admin()
        .disableAccount(DisableAccountRequest.newBuilder().setAccount(account).build());
  }

  private boolean enable() {
    return rig.admin()
        .enableAccount(EnableAccountRequest.newBuilder().setAccount(byId()).build())
        .hasDone();
  }

  private boolean delete(AccountRef account) {
    return rig.admin()
        .deleteAccount(DeleteAccountRequest.newBuilder().setAccount(account).build())
        .hasDone();
  }

  private AccountShown show(AccountRef account) {
    return rig.admin()
        .showAccount(ShowAccountRequest.newBuilder().setAccount(account).build())
        .getAccount();
  }

  private List<AppendResult> append(int from, int to) throws Exception {
    try (Appender relay = rig.appender()) {
      List<AppendResult> results = new ArrayList<>();
      for (int n = from; n < to; n += 50) {
        results.addAll(
            relay.ask(
                IntStream.range(n, Math.min(to, n + 50))
                    .mapToObj(i -> rig.append(bob, i))
                    .toArray(sotto.mailbox.v1.Append.Builder[]::new)));
      }
      return results;
    }
  }

  private CheckMissedResponse check() {
    return rig.mailbox()
        .checkMissed(
            CheckMissedRequest.newBuilder()
                .addDevices(
                    DevicePosition.newBuilder()
                        .setAccountId(Rig.id(bob))
                        .setDevice(1)
                        .setLast(Long.MAX_VALUE))
                .build());
  }

  private BlockingQueue<AccountsChanged> watch() throws InterruptedException {
    BlockingQueue<AccountsChanged> told = new LinkedBlockingQueue<>();
    MailboxServiceGrpc.newStub(rig.channel())
        .watchAccounts(
            WatchAccountsRequest.getDefaultInstance(),
            new StreamObserver<>() {
              @Override
              public void onNext(AccountsChanged changed) {
                told.add(changed);
              }

              @Override
              public void onError(Throwable failure) {
                // The rig ends.
              }

              @Override
              public void onCompleted() {
                // Likewise.
              }
            });
    assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(AccountsChanged.getDefaultInstance());
    return told;
  }

  private ReserveResponse reserve(long seed, long size, long limit) {
    return QuotaServiceGrpc.newBlockingStub(rig.channel())
        .reserve(
            ReserveRequest.newBuilder()
                .setAccountId(Rig.id(bob))
                .setName(Rig.bytes(32, 1, seed))
                .setSize(size)
                .setLimit(limit)
                .build());
  }

  @Test
  void show_countsWhatIsHeld() throws Exception {
    DeviceId second = rig.addDevice(bob);
    append(0, 3);
    rig.clock.pass(Duration.ofDays(8));
    append(3, 5);
    IntStream.range(0, 1024).forEach(rig.store()::cool);
    reserve(1, 700, 1_000);
    rig.connect(bob, second.number(), 1);
    AccountShown shown = show(named("bob"));
    assertThat(shown).isEqualTo(show(byId()));
    assertThat(shown.getUsername()).isEqualTo("bob");
    assertThat(shown.getState()).isEqualTo(AccountState.ACCOUNT_STATE_ACTIVE);
    assertThat(shown.getChainSequence()).isEqualTo(1);
    assertThat(shown.getKeptBlobs()).isEqualTo(1);
    assertThat(shown.getKeptBytes()).isEqualTo(700);
    assertThat(shown.hasKeptQuota()).isFalse();
    assertThat(shown.getDevicesList())
        .allSatisfy(d -> assertThat(d.getEnvelopes()).isEqualTo(5))
        .allSatisfy(d -> assertThat(d.getBytes()).isEqualTo(5L * "envelope 0".length()))
        .hasSize(2);
    assertThat(shown.getDevices(0).getLastSeenDayMs()).isZero();
    assertThat(shown.getDevices(1).getLastSeenDayMs()).isPositive();
  }

  @Test
  void nobody_isNone() {
    AccountRef nobody = named("nobody");
    assertThat(disable(nobody).hasNone()).isTrue();
    assertThat(delete(nobody)).isFalse();
    assertThat(
            rig.admin()
                .showAccount(ShowAccountRequest.newBuilder().setAccount(nobody).build())
                .hasNone())
        .isTrue();
    assertThat(delete(AccountRef.newBuilder().setAccountId(Rig.bytes(16, 1, 9)).build())).isFalse();
  }

  @Test
  void disabledAccount_opensNoStreamAndThoseThatAreOpenAreNamed() throws Exception {
    rig.connect(bob, 1, 1);
    var told = watch();
    assertThat(disable(named("bob")).hasDone()).isTrue();
    assertThat(told.poll(10, TimeUnit.SECONDS).getAccountIdsList()).containsExactly(Rig.id(bob));
    assertThat(check().getLockedOutList()).containsExactly(0);
    assertThat(check().getRemovedList()).isEmpty();
    assertThat(rig.connect(bob, 1, 2).hasLockedOut()).isTrue();
    assertThat(show(byId()).getState()).isEqualTo(AccountState.ACCOUNT_STATE_DISABLED);
    assertThat(disable(byId()).hasDone()).isTrue();
    assertThat(enable()).isTrue();
    assertThat(check().getLockedOutList()).isEmpty();
    assertThat(rig.connect(bob, 1, 2).hasOpened()).isTrue();
    assertThat(rig.count("SELECT COUNT(*) FROM account_decision")).isZero();
  }

  @Test
  void disabledAccount_makesNoCallsWithTheTokenThatItHas() {
    disable(byId());
    assertThatThrownBy(
            () -> rig.accounts(device).listDevices(ListDevicesRequest.getDefaultInstance()))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.ACCOUNT_DISABLED));
    assertThatThrownBy(
            () -> rig.keys(device).countPreKeys(CountPreKeysRequest.getDefaultInstance()))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.ACCOUNT_DISABLED));
    assertThat(reserve(1, 10, 1_000).hasUnknownAccount()).isTrue();
    bob.addDevice();
    assertThat(
            rig.accounts()
                .addDevice(
                    AddDeviceRequest.newBuilder()
                        .setAccountId(Rig.id(bob))
                        .setLink(ByteString.copyFrom(bob.chain().links().getLast().bytes()))
                        .setDevice(Rig.device(2))
                        .build())
                .hasLinkRefused())
        .isTrue();
    enable();
    assertThat(
            rig.accounts(device)
                .listDevices(ListDevicesRequest.getDefaultInstance())
                .getDevicesCount())
        .isEqualTo(1);
  }

  /// Who writes to it sees no difference, and it has the mail when it is let in again.
  @Test
  void mailToADisabledAccount_isKept() throws Exception {
    disable(byId());
    assertThat(append(0, 2)).allMatch(AppendResult::hasAppended);
    assertThat(
            rig.accounts()
                .lookUpUsername(LookUpUsernameRequest.newBuilder().setUsername("bob").build())
                .hasFound())
        .isTrue();
    enable();
    assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 0", "envelope 1");
  }

  @Test
  void decision_outlivesARestart() {
    disable(byId());
    rig = rig.reopen();
    assertThat(rig.connect(bob, 1, 1).hasLockedOut()).isTrue();
  }

  @Test
  void quota_goesBeforeThatOfAllAccounts() {
    assertThat(reserve(1, 600, 1_000).hasReserved()).isTrue();
    quota(SetQuotaRequest.newBuilder().setKeptBytes(2_000));
    assertThat(show(byId()).getKeptQuota()).isEqualTo(2_000);
    assertThat(reserve(2, 1_400, 1_000).hasReserved()).isTrue();
    quota(SetQuotaRequest.newBuilder().setKeptBytes(0));
    assertThat(reserve(3, 1, 1_000_000).hasNoRoom()).isTrue();
    disable(byId());
    enable();
    assertThat(show(byId()).getKeptQuota()).isZero();
    quota(SetQuotaRequest.newBuilder());
    assertThat(show(byId()).hasKeptQuota()).isFalse();
    assertThat(reserve(3, 1, 1_000_000).hasReserved()).isTrue();
  }

  private void quota(SetQuotaRequest.Builder request) {
    assertThat(rig.admin().setQuota(request.setAccount(byId()).build()).hasDone()).isTrue();
  }

  private static final List<String> ITS_ROWS =
      List.of(
          "device",
          "inbox",
          "inbox_segment",
          "pre_key",
          "taken_pre_key",
          "recovery",
          "profile",
          "account_decision",
          "account_ending");

  private long left() throws Exception {
    long left = 0;
    for (String table : ITS_ROWS) {
      left += rig.count("SELECT COUNT(*) FROM " + table);
    }
    return left;
  }

  /// Old and new mail, more than one step takes.
  private void fill() throws Exception {
    rig.addDevice(bob);
    append(0, 100);
    rig.clock.pass(Duration.ofDays(8));
    IntStream.range(0, 1024).forEach(rig.store()::cool);
    append(100, MANY);
    quota(SetQuotaRequest.newBuilder().setKeptBytes(5));
    assertThat(rig.count("SELECT COUNT(*) FROM inbox_segment")).isPositive();
  }

  @Test
  void deletedAccount_leavesItsIdItsChainAndItsName() throws Exception {
    fill();
    var told = watch();
    assertThat(delete(named("bob"))).isTrue();
    assertThat(told.poll(10, TimeUnit.SECONDS).getAccountIdsList()).containsExactly(Rig.id(bob));
    assertThat(check().getRemovedList()).containsExactly(0);
    assertThat(left()).isZero();
    assertThat(rig.connect(bob, 1, 2).hasRemoved()).isTrue();
    assertThat(append(MANY, MANY + 1)).allMatch(AppendResult::hasUnknownRecipient);
    assertThat(show(byId()).getState()).isEqualTo(AccountState.ACCOUNT_STATE_ENDED);
    assertThat(
            rig.accounts()
                .getChain(GetChainRequest.newBuilder().setAccountId(Rig.id(bob)).build())
                .getLinksCount())
        .isEqualTo(2);
    assertThat(rig.accounts().register(Rig.registration(bob, "bob")).hasLinkRefused()).isTrue();
    assertThat(
            rig.accounts()
                .register(Rig.registration(TestAccount.found(2), "bob"))
                .hasUsernameTaken())
        .isTrue();
    // Its segments' blobs go with the sweep of what is loose.
    IntStream.range(0, 1024).forEach(rig.store()::deleteLoose);
    assertThat(rig.count("SELECT COUNT(*) FROM loose_segment")).isZero();
    assertThat(delete(named("bob"))).isTrue();
  }

  private boolean append(Link link) {
    return rig.accounts(device)
        .appendLink(
            AppendLinkRequest.newBuilder().setLink(ByteString.copyFrom(link.bytes())).build())
        .hasAppended();
  }

  @Test
  void accountThatIsDeletedByItsOwnLastLink_losesTheSame_howeverOftenItIsSaid() throws Exception {
    fill();
    rig.mailbox()
        .noteLastSeen(
            NoteLastSeenRequest.newBuilder()
                .addAccounts(
                    LastSeen.newBuilder()
                        .setAccountId(Rig.id(bob))
                        .setLastSeenMs(1)
                        .addAccessKeyHashes(ByteString.copyFrom(new byte[32])))
                .build());
    var told = watch();
    bob.delete();
    Link last = bob.chain().links().getLast();
    assertThat(append(last)).isTrue();
    assertThat(told.poll(10, TimeUnit.SECONDS).getAccountIdsList()).containsExactly(Rig.id(bob));
    assertThat(check().getRemovedList()).containsExactly(0);
    assertThat(left()).isZero();
    assertThat(rig.count("SELECT COUNT(*) FROM account WHERE last_seen > 0")).isZero();
    assertThat(rig.count("SELECT MAX(LENGTH(access_key_hashes)) FROM account")).isZero();
    assertThat(rig.connect(bob, 1, 2).hasRemoved()).isTrue();
    assertThat(append(MANY, MANY + 1)).allMatch(AppendResult::hasUnknownRecipient);
    assertThat(append(last)).isTrue();
    assertThat(
            rig.accounts()
                .register(Rig.registration(TestAccount.found(2), "bob"))
                .hasUsernameTaken())
        .isTrue();
  }

  @Test
  void accountThatAnOperatorHasEnded_takesItsLastLink_andNoOther() throws Exception {
    assertThat(delete(byId())).isTrue();
    Link adds =
        bob.sign(
            TestAccount.device(DeviceId.FIRST),
            new Change.AddDevice(bob.strangeEntry(new DeviceId(2))),
            bob.signer(DeviceId.FIRST));
    var added =
        rig.accounts()
            .addDevice(
                AddDeviceRequest.newBuilder()
                    .setAccountId(Rig.id(bob))
                    .setLink(ByteString.copyFrom(adds.bytes()))
                    .setDevice(Rig.device(2))
                    .build());
    assertThat(added.getLinkRefused().getReason()).isEqualTo("ENDED");
    assertThat(show(byId()).getState()).isEqualTo(AccountState.ACCOUNT_STATE_ENDED);
    assertThat(left()).isZero();
    bob.delete();
    assertThat(append(bob.chain().links().getLast())).isTrue();
    assertThat(show(byId()).getState()).isEqualTo(AccountState.ACCOUNT_STATE_ENDED);
    assertThat(left()).isZero();
  }

  private Bytes keep(int n) throws Exception {
    byte[] name = new byte[32];
    name[0] = (byte) n;
    rig.cold.keep(bob.id(), Bytes.of(name));
    assertThat(
            QuotaServiceGrpc.newBlockingStub(rig.channel())
                .reserve(
                    ReserveRequest.newBuilder()
                        .setAccountId(Rig.id(bob))
                        .setName(ByteString.copyFrom(name))
                        .setSize(1)
                        .setLimit(1_000)
                        .build())
                .hasReserved())
        .isTrue();
    return Bytes.of(name);
  }

  private int deleteKept() {
    return IntStream.range(0, 1024).map(rig.store()::deleteEnded).sum();
  }

  @Test
  void whatADeletedAccountKept_goesFromTheBlobStore_andNotBeforeItHasEnded() throws Exception {
    var names = List.of(keep(1), keep(2));
    assertThat(deleteKept()).isZero();
    assertThat(delete(byId())).isTrue();
    rig.cold.failing(() -> ColdFault.LOST_ANSWER);
    assertThat(deleteKept()).isZero();
    assertThat(rig.count("SELECT COUNT(*) FROM kept_blob")).isEqualTo(2);
    assertThat(rig.count("SELECT COUNT(*) FROM account_ending")).isEqualTo(1);
    rig.cold.failing(() -> ColdFault.NONE);
    assertThat(deleteKept()).isEqualTo(2);

    assertThat(names).noneMatch(name -> rig.cold.keeps(bob.id(), name));
    assertThat(rig.count("SELECT COUNT(*) FROM kept_blob")).isZero();
    assertThat(IntStream.range(0, 1024).map(rig.store()::finishEndings).sum()).isEqualTo(1);
    assertThat(left()).isZero();
  }

  @Test
  void disabledAccount_isDeletedToo() throws Exception {
    disable(byId());
    assertThat(delete(byId())).isTrue();
    assertThat(left()).isZero();
  }

  static Stream<FaultyDialect.DiesAtCommit> deaths() {
    return Stream.of(1, 2, 3, 4)
        .flatMap(n -> Stream.of(true, false).map(b -> new FaultyDialect.DiesAtCommit(n, b)));
  }

  private void dieWhileDeleting(FaultyDialect.DiesAtCommit death) throws Exception {
    fill();
    rig.dialect.inject(death);
    assertThatThrownBy(() -> delete(byId())).isInstanceOf(StatusRuntimeException.class);
    rig = rig.reopen();
    boolean ended = death.nth() > 1 || death.commits();
    assertThat(rig.connect(bob, 1, 2).hasRemoved()).isEqualTo(ended);
  }

  /// One commit ends it, the next ones take away what it has.
  @ParameterizedTest
  @MethodSource("deaths")
  void deathAtAnyStep_isContinuedByTheSameCall(FaultyDialect.DiesAtCommit death) throws Exception {
    dieWhileDeleting(death);
    assertThat(delete(named("bob"))).isTrue();
    assertThat(left()).isZero();
  }

  @ParameterizedTest
  @MethodSource("deaths")
  void deathAtAnyStep_isContinuedByTheStoreItself(FaultyDialect.DiesAtCommit death)
      throws Exception {
    dieWhileDeleting(death);
    boolean ended = death.nth() > 1 || death.commits();
    long left = left();
    int finished = IntStream.range(0, 1024).map(rig.store()::finishEndings).sum();
    if (ended) {
      assertThat(left()).isZero();
      assertThat(finished).isLessThanOrEqualTo(1);
    } else {
      assertThat(finished).isZero();
      assertThat(left()).isEqualTo(left);
    }
  }
}
