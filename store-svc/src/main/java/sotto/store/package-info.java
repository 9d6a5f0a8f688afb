/// The system of record: accounts, chains, pre-keys, usernames, mailboxes.
///
/// ```
/// StoreService   opens a store and closes it; Wired is the wiring, Chores what comes back
/// SteppedStore   the same for simulations, without a thread; testing has its database
/// ├─ account     AccountService: registration, sign-in, chains, usernames
/// │  └─ token    challenges, tokens, signing keys
/// ├─ keys        KeyService: pre-keys
/// ├─ mailbox     MailboxService: append, read, ack, open, expire
/// ├─ peer        the other stores: whether they are there, what is handed to them
/// └─ write       ownership of buckets, the writer, what it knows of accounts
///    └─ sql      the database and what differs between databases
/// StoreConfig    what an operator decides
/// FolderLock     one process a folder; Opened closes it all in order
/// ```
@NullMarked
package sotto.store;

import org.jspecify.annotations.NullMarked;
