package sotto.client.internal.engine;

import sotto.client.ServerAddress;
import sotto.client.internal.net.Blobs;
import sotto.client.internal.net.ChatStream;
import sotto.client.internal.net.DirectHttp;
import sotto.client.internal.net.ServerCalls;

/// A connection that is up.
///
/// @param calls unary calls
/// @param blobs uploads and downloads
/// @param direct the way to stores of objects
/// @param stream the device's stream, after `welcome`
/// @param place where it leads
record Session(
    ServerCalls calls, Blobs blobs, DirectHttp direct, ChatStream stream, ServerAddress place) {}
