/// The system of record: accounts, chains, pre-keys, usernames, mailboxes.
///
/// ```
/// StoreService   the wiring: opens everything, top to bottom, closes it in reverse
/// ├─ account     AccountService: registration, sign-in, chains, usernames
/// │  └─ token    challenges, tokens, signing keys
/// ├─ keys        KeyService: pre-keys
/// ├─ mailbox     MailboxService: append, read, ack, open, expire
/// └─ write       ownership of buckets, the writer, what it knows of accounts
///    └─ sql      the database and what differs between databases
/// StoreConfig    what an operator decides
/// FolderLock     one process a folder; Opened closes it all in order
/// ```
@NullMarked
package sotto.store;

import org.jspecify.annotations.NullMarked;
