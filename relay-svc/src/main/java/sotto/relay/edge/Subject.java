package sotto.relay.edge;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.GetSlotRequest;
import sotto.account.v1.RegisterRequest;
import sotto.chain.AccountId;
import sotto.mesh.Caller;

/// What a method's schema says about sending its calls on: which account one is about, and whether
/// it may be made twice.
final class Subject {
  // A group lies where an account of its id would.
  private static final List<String> FIELDS = List.of("account_id", "group_id");

  private enum About {
    /// The account or group that the request names.
    FIELD,
    /// The account that the request's link makes.
    LINK,
    /// The account whose id the address of the request's slot begins with.
    SLOT,
    /// The caller's account.
    CALLER,
    /// None.
    NOBODY
  }

  private final About about;
  private final int field;
  private final boolean idempotent;

  private Subject(About about, int field, boolean idempotent) {
    this.about = about;
    this.field = field;
    this.idempotent = idempotent;
  }

  /// Reads the schema of a method.
  ///
  /// @throws IllegalArgumentException if the method has none
  static Subject of(MethodDescriptor<?, ?> method) {
    if (!(method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema)) {
      throw new IllegalArgumentException(method.getFullMethodName() + " has no schema");
    }
    var descriptor = schema.getMethodDescriptor();
    boolean idempotent =
        descriptor.getOptions().getIdempotencyLevel() != IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
    var field = field(descriptor.getInputType());
    if (field.isPresent()) {
      return new Subject(About.FIELD, field.getAsInt(), idempotent);
    }
    var about = withoutField(method.getFullMethodName());
    int named =
        about == About.SLOT
            ? GetSlotRequest.ADDRESS_FIELD_NUMBER
            : RegisterRequest.LINK_FIELD_NUMBER;
    return new Subject(about, named, idempotent);
  }

  private static OptionalInt field(Descriptor request) {
    return FIELDS.stream()
        .map(request::findFieldByName)
        .filter(field -> field != null && field.getType() == FieldDescriptor.Type.BYTES)
        .mapToInt(FieldDescriptor::getNumber)
        .findFirst();
  }

  private static About withoutField(String method) {
    if (method.equals(AccountServiceGrpc.getRegisterMethod().getFullMethodName())) {
      return About.LINK;
    }
    if (method.equals(AccountServiceGrpc.getPutSlotMethod().getFullMethodName())
        || method.equals(AccountServiceGrpc.getGetSlotMethod().getFullMethodName())) {
      return About.SLOT;
    }
    // The account that has a name is what is asked for.
    return method.equals(AccountServiceGrpc.getLookUpUsernameMethod().getFullMethodName())
        ? About.NOBODY
        : About.CALLER;
  }

  /// Whether a call may be made again when it is not known what became of it.
  boolean isIdempotent() {
    return idempotent;
  }

  /// The account that a call is about.
  ///
  /// @param request its only message
  /// @param caller who calls
  /// @return empty when it is about none, or names none: any pod will say so
  /// @throws IOException if the message is none
  Optional<AccountId> account(byte[] request, Optional<Caller> caller) throws IOException {
    return switch (about) {
      case FIELD -> bytes(request).filter(id -> id.length == AccountId.LENGTH).map(AccountId::new);
      case LINK -> bytes(request).map(Subject::accountOf);
      case SLOT ->
          bytes(request)
              .filter(address -> address.length >= AccountId.LENGTH)
              .map(address -> new AccountId(Arrays.copyOf(address, AccountId.LENGTH)));
      case CALLER -> caller.map(Caller::account);
      case NOBODY -> Optional.empty();
    };
  }

  /// The field's last value, as protobuf takes it; what stands around it is skipped.
  private Optional<byte[]> bytes(byte[] request) throws IOException {
    var in = CodedInputStream.newInstance(request);
    Optional<byte[]> found = Optional.empty();
    int wanted = field << 3 | 2;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == wanted) {
        found = Optional.of(in.readByteArray());
      } else {
        in.skipField(tag);
      }
    }
    return found;
  }

  private static AccountId accountOf(byte[] link) {
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(link);
      return new AccountId(Arrays.copyOf(hash, AccountId.LENGTH));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
