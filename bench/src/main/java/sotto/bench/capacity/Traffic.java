package sotto.bench.capacity;

import static sotto.bench.capacity.Input.AWAY;
import static sotto.bench.capacity.Input.CLIENT_OVERHEAD;
import static sotto.bench.capacity.Input.DEVICES;
import static sotto.bench.capacity.Input.FORWARD_OVERHEAD;
import static sotto.bench.capacity.Input.GROUPS;
import static sotto.bench.capacity.Input.GROUP_SIZE;
import static sotto.bench.capacity.Input.MEDIA;
import static sotto.bench.capacity.Input.MEDIA_BYTES;
import static sotto.bench.capacity.Input.MEMBER_BYTES;
import static sotto.bench.capacity.Input.MESSAGES;
import static sotto.bench.capacity.Input.MESSAGE_BYTES;
import static sotto.bench.capacity.Input.OFFLINE;
import static sotto.bench.capacity.Input.RECEIPTS;
import static sotto.bench.capacity.Input.RECONNECTS;
import static sotto.bench.capacity.Input.STORE_OVERHEAD;
import static sotto.bench.capacity.Input.USERS;

/// What happens: means of a day, each second, unless they are said to be something else.
///
/// @param streams connected devices
/// @param messages that users send
/// @param sends contents for one account: messages to each recipient, copies to one's own devices,
///   receipts
/// @param envelopes sends for each device: each is a row that comes and goes
/// @param forwards those that go to a connected device
/// @param opens connections
/// @param clientBytes between clients and relays, both ways, without files
/// @param toClients those of them that go to clients
/// @param storeBytes between relays and stores, both ways
/// @param forwardBytes between relays, both ways
/// @param uploaded bytes of files that come in
/// @param downloaded bytes of files that go out
record Traffic(
    double streams,
    double messages,
    double sends,
    double envelopes,
    double forwards,
    double opens,
    double clientBytes,
    double toClients,
    double storeBytes,
    double forwardBytes,
    double uploaded,
    double downloaded) {
  static final double DAY = 86_400;

  /// What these users do.
  static Traffic of(Given given) {
    double users = given.of(USERS);
    double devices = given.of(DEVICES);
    double streams = users * devices;
    double messages = users * given.of(MESSAGES) / DAY;
    double others = given.of(GROUP_SIZE) - 1;
    double grouped = given.of(GROUPS);
    double recipients = 1 - grouped + grouped * others;
    double receipts = messages * recipients * given.of(RECEIPTS);
    double sends = messages * (recipients + Math.min(1, devices - 1)) + receipts;
    double envelopes = (messages * recipients + receipts) * devices + messages * (devices - 1);
    double forwards = envelopes * (1 - given.of(OFFLINE) - given.of(AWAY));
    double size = given.of(MESSAGE_BYTES);
    double onWire = size + given.of(CLIENT_OVERHEAD);
    double single = (messages * (1 - grouped) + receipts) * devices + messages * (devices - 1);
    double fromClients =
        single * onWire + messages * grouped * (onWire + others * given.of(MEMBER_BYTES));
    double toClients = envelopes * onWire;
    double uploaded = users * given.of(MEDIA) * given.of(MEDIA_BYTES) / DAY;
    return new Traffic(
        streams,
        messages,
        sends,
        envelopes,
        forwards,
        streams * given.of(RECONNECTS) / DAY,
        fromClients + toClients,
        toClients,
        envelopes * (size + given.of(STORE_OVERHEAD)),
        forwards * (size + given.of(FORWARD_OVERHEAD)),
        uploaded,
        uploaded * recipients * devices);
  }
}
