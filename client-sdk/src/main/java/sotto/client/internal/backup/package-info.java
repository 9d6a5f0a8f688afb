/// Backups: what an account is restored from when all of its devices are lost.
///
/// [Backups] is the door: [KeptBackup] brings what is new to the server, piece by piece, and has
/// the recovery record name the newest index; [BackupFile] is a whole backup in one file. A backup
/// holds history, contacts and the recovery key, and never sessions, pre-keys or the keys of a
/// device: who restores it is a new device of the account. What a piece is, byte by byte, is in
/// `sotto/archive/v1/archive.proto` and [sotto.crypto.BackupKey].
@NullMarked
package sotto.client.internal.backup;

import org.jspecify.annotations.NullMarked;
