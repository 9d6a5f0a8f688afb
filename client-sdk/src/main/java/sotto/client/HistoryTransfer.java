package sotto.client;

/// How far history is between this device and others of the account.
///
/// @param sent messages that this device has given to new ones
/// @param toSend how many it gives them in all; 0 = it gives none now
/// @param received messages of other devices' history that are here
/// @param toReceive how many they give in all, as far as they have said
/// @param lost messages that the server no longer had when they were to come
/// @param complete whether nothing is on its way in either direction
public record HistoryTransfer(
    long sent, long toSend, long received, long toReceive, long lost, boolean complete) {}
