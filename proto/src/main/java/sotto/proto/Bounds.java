package sotto.proto;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
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
  public record Violation(String field, String rule) {
    private Violation within(String path) {
      return new Violation(field.isEmpty() ? path : path + "." + field, rule);
    }
  }

  /// The first violation in a message.
  ///
  /// @param message what came from the network
  /// @return empty when all is within bounds
  public static Optional<Violation> check(Message message) {
    var rules = RULES.get(message.getDescriptorForType());
    if (rules == null) {
      rules = Rules.of(message.getDescriptorForType());
      RULES.put(message.getDescriptorForType(), rules);
    }
    for (var oneof : rules.oneofs) {
      var violation = oneof.check(message);
      if (violation.isPresent()) {
        return violation;
      }
    }
    for (var rule : rules.fields) {
      var violation = rule.check(message);
      if (violation.isPresent()) {
        return violation;
      }
    }
    return Optional.empty();
  }

  private record Rules(List<OneofRule> oneofs, List<FieldRule> fields) {
    static Rules of(Descriptor type) {
      return new Rules(
          type.getRealOneofs().stream().map(OneofRule::of).toList(),
          type.getFields().stream()
              .filter(field -> field.getRealContainingOneof() == null)
              .flatMap(field -> FieldRule.of(field).stream())
              .toList());
    }
  }

  /// Of a oneof only the field that is set is looked at: a frame has one of a dozen.
  private record OneofRule(
      OneofDescriptor oneof, boolean required, Map<FieldDescriptor, FieldRule> fields) {
    static OneofRule of(OneofDescriptor oneof) {
      return new OneofRule(
          oneof,
          oneof.getOptions().getExtension(BoundsProto.required),
          oneof.getFields().stream()
              .flatMap(field -> FieldRule.of(field).stream())
              .collect(Collectors.toMap(FieldRule::field, rule -> rule)));
    }

    Optional<Violation> check(Message message) {
      var set = message.getOneofFieldDescriptor(oneof);
      if (set == null) {
        return required
            ? Optional.of(new Violation(oneof.getName(), "must be set"))
            : Optional.empty();
      }
      var rule = fields.get(set);
      return rule == null ? Optional.empty() : rule.checkSet(message);
    }
  }

  /// Paths are put together from the inside out, and only for what breaks its bound.
  private record FieldRule(FieldDescriptor field, Bound bound) {
    static Optional<FieldRule> of(FieldDescriptor field) {
      var bounded = field.getOptions().hasExtension(BoundsProto.bound);
      return bounded || field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
          ? Optional.of(new FieldRule(field, field.getOptions().getExtension(BoundsProto.bound)))
          : Optional.empty();
    }

    Optional<Violation> check(Message message) {
      if (field.isRepeated()) {
        return checkItems(message);
      }
      if (field.hasPresence() && !message.hasField(field)) {
        return bound.getRequired() ? violation("must be set") : Optional.empty();
      }
      return checkSet(message);
    }

    Optional<Violation> checkSet(Message message) {
      var violation = checkValue(message.getField(field));
      return violation.isEmpty() ? violation : violation.map(v -> v.within(field.getName()));
    }

    private Optional<Violation> checkItems(Message message) {
      var count = message.getRepeatedFieldCount(field);
      if (bound.getMaxItems() > 0 && count > bound.getMaxItems()) {
        return violation("has more than " + bound.getMaxItems() + " items");
      }
      if (count < bound.getMinItems()) {
        return violation("has fewer than " + bound.getMinItems() + " items");
      }
      for (var i = 0; i < count; i++) {
        var found = checkValue(message.getRepeatedField(field, i));
        if (found.isPresent()) {
          return Optional.of(found.get().within(field.getName() + "[" + i + "]"));
        }
      }
      return Optional.empty();
    }

    /// @return a violation whose path begins below this field; empty = the value itself
    private Optional<Violation> checkValue(Object value) {
      return switch (value) {
        case Message nested -> Bounds.check(nested);
        case ByteString bytes -> checkLength(bytes.size());
        case String text -> checkLength(utf8Length(text));
        case Integer number -> checkNumber(number);
        case Long number -> checkNumber(number);
        case EnumValueDescriptor constant -> checkNumber(constant.getNumber());
        default -> Optional.empty();
      };
    }

    private Optional<Violation> checkLength(int length) {
      if (bound.getLen() > 0 && length != bound.getLen() && !(bound.getOptional() && length == 0)) {
        return broken("is not " + bound.getLen() + " bytes long");
      }
      if (bound.getMaxLen() > 0 && length > bound.getMaxLen()) {
        return broken("is longer than " + bound.getMaxLen() + " bytes");
      }
      if (length < bound.getMinLen()) {
        return broken("is shorter than " + bound.getMinLen() + " bytes");
      }
      return Optional.empty();
    }

    /// Numbers are compared unsigned: a negative value of a signed field is above every maximum.
    private Optional<Violation> checkNumber(long number) {
      if (Long.compareUnsigned(number, bound.getMin()) < 0) {
        return broken("is below " + Long.toUnsignedString(bound.getMin()));
      }
      if (bound.getMax() != 0 && Long.compareUnsigned(number, bound.getMax()) > 0) {
        return broken("is above " + Long.toUnsignedString(bound.getMax()));
      }
      return Optional.empty();
    }

    private static Optional<Violation> broken(String rule) {
      return Optional.of(new Violation("", rule));
    }

    private Optional<Violation> violation(String rule) {
      return Optional.of(new Violation(field.getName(), rule));
    }

    private static int utf8Length(String text) {
      return text.getBytes(StandardCharsets.UTF_8).length;
    }
  }
}
