package sotto.store.keys;

import io.grpc.stub.StreamObserver;
import java.util.Map;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.keys.v1.CountPreKeysRequest;
import sotto.keys.v1.CountPreKeysResponse;
import sotto.keys.v1.GetBundlesRequest;
import sotto.keys.v1.GetBundlesResponse;
import sotto.keys.v1.KeyServiceGrpc;
import sotto.keys.v1.UploadPreKeysRequest;
import sotto.keys.v1.UploadPreKeysResponse;
import sotto.mesh.Caller;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.store.sql.Readers;
import sotto.store.write.Writers;

/// The key service. Handlers block until what they answer is durable. How often one may fetch
/// bundles is the relay's to limit.
public final class KeyEndpoint extends KeyServiceGrpc.KeyServiceImplBase {
  private static final long ROW = 2_000;

  private final Writers writers;
  private final Readers readers;

  /// Serves what these hold.
  public KeyEndpoint(Writers writers, Readers readers) {
    this.writers = writers;
    this.readers = readers;
  }

  @Override
  public void getBundles(GetBundlesRequest request, StreamObserver<GetBundlesResponse> response) {
    int bucket = new AccountId(request.getAccountId().toByteArray()).bucket();
    response.onNext(writers.commit(bucket, ROW, batch -> BundlePop.pop(batch, request)));
    response.onCompleted();
  }

  @Override
  public void uploadPreKeys(
      UploadPreKeysRequest request, StreamObserver<UploadPreKeysResponse> response) {
    DeviceAddress device = caller();
    long bytes = ROW * (2 + request.getOneTimeKyberPreKeysCount());
    PreKeyUpload.Outcome outcome =
        writers.commit(
            device.account().bucket(), bytes, batch -> PreKeyUpload.apply(batch, device, request));
    response.onNext(
        switch (outcome) {
          case PreKeyUpload.Stored(UploadPreKeysResponse counts) -> counts;
          case PreKeyUpload.BadKey(String field) ->
              throw Statuses.of(
                  Reason.FIELD_OUT_OF_BOUNDS,
                  field + " has a key that is malformed, or another key has its id",
                  Map.of("field", field));
          case PreKeyUpload.TooMany _ ->
              throw Statuses.of(
                  Reason.LIMIT_REACHED,
                  "at most " + PreKeyUpload.MAX_KEYS + " one-time keys of a kind are kept",
                  Map.of("limit", "one_time_pre_keys"));
          case PreKeyUpload.NoDevice _ ->
              throw Statuses.of(Reason.DEVICE_REMOVED, "the device is not in its account's list");
        });
    response.onCompleted();
  }

  @Override
  public void countPreKeys(
      CountPreKeysRequest request, StreamObserver<CountPreKeysResponse> response) {
    DeviceAddress device = caller();
    response.onNext(
        readers.ask(session ->
            CountPreKeysResponse.newBuilder()
                .setOneTimePreKeys(PreKeys.count(session, device, PreKey.Kind.ONE_TIME))
                .setOneTimeKyberPreKeys(PreKeys.count(session, device, PreKey.Kind.ONE_TIME_KYBER))
                .build()));
    response.onCompleted();
  }

  private static DeviceAddress caller() {
    Caller caller = Caller.required();
    return new DeviceAddress(caller.account(), caller.device());
  }
}
