package sotto.client;

import java.util.Optional;

/// A file that is part of a message.
///
/// @param message the message
/// @param index its place there, from 0
/// @param name its name as the sender says, without folders, at most 255 bytes: **untrusted**, may
///   hold control characters; [Sotto#save] sanitises it, a terminal must as well
/// @param mediaType its type as the sender says, untrusted; may be empty
/// @param size bytes of the file itself
/// @param sha256 SHA-256 of the file itself, 64 hex digits
/// @param picture what the sender says of it as a picture; empty if it is none
public record FileView(
    MessageId message,
    int index,
    String name,
    String mediaType,
    long size,
    String sha256,
    Optional<Picture> picture) {}
