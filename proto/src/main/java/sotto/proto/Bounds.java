package sotto.proto;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import sotto.bounds.v1.Bound;
import sotto.bounds.v1.BoundsProto;

/// Checks a message against the bounds that its proto states, in depth. The one place where bounds
/// are checked, for requests and for every frame of a stream.
///
/// Thread-safe. The rules of a message type are worked out once.
public final class Bounds {
  private static final ConcurrentHashMap<Descriptor, Rules> RULES = new ConcurrentHashMap<>();

  private Bounds() {}

  /// A field that breaks its bound.
  ///
  /// @param field its path from the message checked, such as `send.devices[2].ciphertext`
  /// @param rule what it breaks, in words; never the value
  public record Violation(String field, String rule) {}

  /// The first violation in a message.
  ///
  /// @param message what came from the network
  /// @return empty when all is within bounds
  public static Optional<Violation> check(Message message) {
    return check(message, "");
  }

  private static Optional<Violation> check(Message message, String path) {
    var rules = RULES.get(message.getDescriptorForType());
    if (rules == null) {
      rules = Rules.of(message.getDescriptorForType());
      RULES.put(message.getDescriptorForType(), rules);
    }
    for (var oneof : rules.requiredOneofs) {
      if (!message.hasOneof(oneof)) {
        return Optional.of(new Violation(path + oneof.getName(), "must be set"));
      }
    }
    for (var rule : rules.fields) {
      var violation = rule.check(message, path);
      if (violation.isPresent()) {
        return violation;
      }
    }
    return Optional.empty();
  }

  private record Rules(List<OneofDescriptor> requiredOneofs, List<FieldRule> fields) {
    static Rules of(Descriptor type) {
      var oneofs = new ArrayList<OneofDescriptor>();
      for (var oneof : type.getOneofs()) {
        if (oneof.getOptions().getExtension(BoundsProto.required)) {
          oneofs.add(oneof);
        }
      }
      var fields = new ArrayList<FieldRule>();
      for (var field : type.getFields()) {
        var bounded = field.getOptions().hasExtension(BoundsProto.bound);
        if (bounded || field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
          fields.add(new FieldRule(field, field.getOptions().getExtension(BoundsProto.bound)));
        }
      }
      return new Rules(List.copyOf(oneofs), List.copyOf(fields));
    }
  }

  private record FieldRule(FieldDescriptor field, Bound bound) {
    Optional<Violation> check(Message message, String path) {
      if (field.isRepeated()) {
        return checkItems(message, path);
      }
      if (field.hasPresence() && !message.hasField(field)) {
        return bound.getRequired() ? violation(path, "must be set") : Optional.empty();
      }
      return checkValue(message.getField(field), path + field.getName());
    }

    private Optional<Violation> checkItems(Message message, String path) {
      var count = message.getRepeatedFieldCount(field);
      if (bound.getMaxItems() > 0 && count > bound.getMaxItems()) {
        return violation(path, "has more than " + bound.getMaxItems() + " items");
      }
      if (count < bound.getMinItems()) {
        return violation(path, "has fewer than " + bound.getMinItems() + " items");
      }
      for (var i = 0; i < count; i++) {
        var found =
            checkValue(message.getRepeatedField(field, i), path + field.getName() + "[" + i + "]");
        if (found.isPresent()) {
          return found;
        }
      }
      return Optional.empty();
    }

    private Optional<Violation> checkValue(Object value, String path) {
      return switch (value) {
        case Message nested -> Bounds.check(nested, path + ".");
        case ByteString bytes -> checkLength(bytes.size(), path);
        case String text -> checkLength(utf8Length(text), path);
        case Integer number -> checkNumber(number, path);
        case Long number -> checkNumber(number, path);
        case EnumValueDescriptor constant -> checkNumber(constant.getNumber(), path);
        default -> Optional.empty();
      };
    }

    private Optional<Violation> checkLength(int length, String path) {
      if (bound.getLen() > 0 && length != bound.getLen() && !(bound.getOptional() && length == 0)) {
        return Optional.of(new Violation(path, "is not " + bound.getLen() + " bytes long"));
      }
      if (bound.getMaxLen() > 0 && length > bound.getMaxLen()) {
        return Optional.of(new Violation(path, "is longer than " + bound.getMaxLen() + " bytes"));
      }
      if (length < bound.getMinLen()) {
        return Optional.of(new Violation(path, "is shorter than " + bound.getMinLen() + " bytes"));
      }
      return Optional.empty();
    }

    /// Numbers are compared unsigned: a negative value of a signed field is above every maximum.
    private Optional<Violation> checkNumber(long number, String path) {
      if (Long.compareUnsigned(number, bound.getMin()) < 0) {
        return Optional.of(
            new Violation(path, "is below " + Long.toUnsignedString(bound.getMin())));
      }
      if (bound.getMax() != 0 && Long.compareUnsigned(number, bound.getMax()) > 0) {
        return Optional.of(
            new Violation(path, "is above " + Long.toUnsignedString(bound.getMax())));
      }
      return Optional.empty();
    }

    private Optional<Violation> violation(String path, String rule) {
      return Optional.of(new Violation(path + field.getName(), rule));
    }

    private static int utf8Length(String text) {
      return text.getBytes(StandardCharsets.UTF_8).length;
    }
  }
}
