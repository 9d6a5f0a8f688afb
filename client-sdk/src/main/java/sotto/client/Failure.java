package sotto.client;

/// Why a message was not sent, or has not been yet.
///
/// @param code a stable word such as `unknown_recipient`, `expired`, `too_large`, `mailbox_full`
/// @param sentence the same for a person
/// @param retryable whether sending the same once more could succeed
public record Failure(String code, String sentence, boolean retryable) {}
