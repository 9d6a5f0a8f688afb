package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import java.util.Random;
import sotto.account.v1.DeviceRegistration;
import sotto.account.v1.RegisterRequest;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.keys.v1.SignedPreKey;

/// An account of the simulation, registered once for every run. Its registration ids are its
/// devices' numbers.
final class Person {
  /// The name under which the simulated server is signed in to.
  static final String SERVER = "sim.example";

  private static final int EC_TYPE = 5;
  private static final int EC_LENGTH = 33;
  private static final int KYBER_TYPE = 8;
  private static final int KYBER_LENGTH = 1569;

  final String name;
  final AccountId id;
  final RegisterRequest registration;
  private final long seed;

  /// Of the first device, made before any run; good for all of them.
  String token = "";

  Person(String name, long seed) {
    this.name = name;
    this.seed = seed;
    TestAccount account = account();
    this.id = account.id();
    this.registration =
        RegisterRequest.newBuilder()
            .setUsername(name)
            .setLink(ByteString.copyFrom(account.chain().links().getLast().bytes()))
            .setDevice(device(1))
            .build();
  }

  /// All its keys and its chain, as they were when it was registered.
  TestAccount account() {
    return TestAccount.found(seed);
  }

  DeviceAddress device(DeviceId number) {
    return new DeviceAddress(id, number);
  }

  /// What a new device registers.
  static DeviceRegistration device(int number) {
    return DeviceRegistration.newBuilder()
        .setRegistrationId(number)
        .setSignedPreKey(key(EC_LENGTH, EC_TYPE, number))
        .setLastResortKyberPreKey(key(KYBER_LENGTH, KYBER_TYPE, number))
        .build();
  }

  private static SignedPreKey key(int length, int type, long seed) {
    var random = new Random(seed);
    var bytes = new byte[length];
    random.nextBytes(bytes);
    bytes[0] = (byte) type;
    var signature = new byte[64];
    random.nextBytes(signature);
    return SignedPreKey.newBuilder()
        .setId(1)
        .setPublicKey(ByteString.copyFrom(bytes))
        .setSignature(ByteString.copyFrom(signature))
        .build();
  }
}
