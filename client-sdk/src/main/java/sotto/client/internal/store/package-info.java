/// The encrypted store of one home: a single SQLite file, one connection, one thread that uses it.
///
/// ```
/// HOME/
///   lock              held by the owner process; holds its pid
///   kdf               how the store's key comes from the passphrase; no secret
///   store.db          all below, encrypted page by page (ChaCha20-Poly1305)
///   outgoing/ID       encrypted files that wait for their upload
///   archive/ID        encrypted segments of the archive that wait for their upload
///
/// setting             single values: account, keys, connection number, clock offset
/// chain_link          checked links of accounts, own and others'
/// session, pre_key, signed_pre_key, kyber_pre_key, kyber_use, sender_key
///                     what libsignal keeps
/// contact             one a conversation: username pinned to account
/// message, attachment what people wrote; message_words is its full-text index, whose documents
///                     are numbered by time
/// outbox              one row a (content, destination account), with its ciphertext once made
/// send_log            which ciphertext carried which message, 45 days
/// seen_ciphertext, seen_message
///                     dedupe records, 45 days
/// waiting             envelopes whose sender's chain must be fetched first
/// event, consumer     what happened, and how far each consumer has come
/// archive_segment     where each segment of the archive is; archive_words its words, archive_text
///                     those of segments that an earlier version made
/// archive_receipt     receipts for messages that are in the archive
/// chat_group, group_change
///                     groups, each a conversation, and the checked changes of each
/// group_key_given     who has the own sender key of a group
/// group_outbox        one row a message to a group, with its ciphertext once made and who lacks it
/// group_sent, group_receipt
///                     which members have a message to a group
/// group_waiting       messages to groups whose key, or whose group, has not come
/// group_send_log, group_resent
///                     which ciphertext carried which message to a group, 45 days
/// ```
@NullMarked
package sotto.client.internal.store;

import org.jspecify.annotations.NullMarked;
