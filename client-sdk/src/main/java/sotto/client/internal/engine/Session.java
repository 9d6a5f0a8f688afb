package sotto.client.internal.engine;

import sotto.client.internal.net.Blobs;
import sotto.client.internal.net.ChatStream;
import sotto.client.internal.net.ServerCalls;

/// A connection that is up.
///
/// @param calls unary calls
/// @param blobs uploads and downloads
/// @param stream the device's stream, after `welcome`
record Session(ServerCalls calls, Blobs blobs, ChatStream stream) {}
