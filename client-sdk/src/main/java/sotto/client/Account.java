package sotto.client;

import sotto.chain.AccountId;
import sotto.chain.DeviceId;

/// The account of a home.
///
/// @param id its id
/// @param username its username at the server
/// @param device this device's number in it
/// @param server the server that keeps it
public record Account(AccountId id, Username username, DeviceId device, ServerAddress server) {}
