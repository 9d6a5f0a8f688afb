package sotto.client.internal.store;

import java.util.List;
import sotto.client.SottoException;

/// The tables, and the steps that bring an older store up to date. `PRAGMA user_version` says which
/// steps a store has had.
final class Schema {
  /// How texts became terms in the indexes of earlier versions.
  static final String TOKENIZER = "tokenize='unicode61 remove_diacritics 2'";

  private static final List<List<String>> STEPS =
      List.of(
          List.of(
              "CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
              """
              CREATE TABLE chain_link(account_id BLOB NOT NULL, sequence INTEGER NOT NULL,
                link BLOB NOT NULL, PRIMARY KEY(account_id, sequence)) WITHOUT ROWID\
              """,
              """
              CREATE TABLE session(account_id BLOB NOT NULL, device INTEGER NOT NULL,
                record BLOB NOT NULL, PRIMARY KEY(account_id, device))\
              """,
              "CREATE TABLE pre_key(id INTEGER PRIMARY KEY, record BLOB NOT NULL)",
              """
              CREATE TABLE signed_pre_key(id INTEGER PRIMARY KEY, record BLOB NOT NULL,
                made_at INTEGER NOT NULL, replaced_at INTEGER)\
              """,
              """
              CREATE TABLE kyber_pre_key(id INTEGER PRIMARY KEY, record BLOB NOT NULL,
                last_resort INTEGER NOT NULL, made_at INTEGER NOT NULL, replaced_at INTEGER)\
              """,
              """
              CREATE TABLE kyber_use(kyber_id INTEGER NOT NULL, signed_id INTEGER NOT NULL,
                base_key BLOB NOT NULL, used_at INTEGER NOT NULL,
                PRIMARY KEY(kyber_id, signed_id, base_key)) WITHOUT ROWID\
              """,
              """
              CREATE TABLE sender_key(account_id BLOB NOT NULL, device INTEGER NOT NULL,
                distribution_id BLOB NOT NULL, record BLOB NOT NULL,
                PRIMARY KEY(account_id, device, distribution_id))\
              """,
              """
              CREATE TABLE contact(id INTEGER PRIMARY KEY AUTOINCREMENT, account_id BLOB UNIQUE,
                username TEXT UNIQUE, hint TEXT, verification INTEGER NOT NULL DEFAULT 0,
                accepted INTEGER NOT NULL DEFAULT 0, access_key BLOB, changed_account BLOB,
                created_at INTEGER NOT NULL)\
              """,
              """
              CREATE TABLE message(id INTEGER PRIMARY KEY AUTOINCREMENT, message_id BLOB NOT NULL,
                contact INTEGER NOT NULL REFERENCES contact(id), incoming INTEGER NOT NULL,
                kind INTEGER NOT NULL, text TEXT NOT NULL, sent_at INTEGER NOT NULL,
                status INTEGER NOT NULL, failure_code TEXT, failure TEXT,
                failure_retry INTEGER NOT NULL DEFAULT 0, files INTEGER NOT NULL DEFAULT 0, sender_device INTEGER NOT NULL DEFAULT 0,
                accepted_at INTEGER NOT NULL DEFAULT 0, quoted_message_id BLOB,
                times INTEGER NOT NULL DEFAULT 1, UNIQUE(message_id, contact, incoming))\
              """,
              "CREATE INDEX message_in_order ON message(contact, sent_at, message_id)",
              """
              CREATE INDEX message_unread ON message(contact) WHERE incoming = 1 AND status < 3\
              """,
              "CREATE INDEX message_undecryptable ON message(contact) WHERE kind = 1",
              """
              CREATE VIRTUAL TABLE message_text USING fts5(text, content='message',
                content_rowid='id', tokenize='unicode61 remove_diacritics 2')\
              """,
              """
              CREATE TABLE attachment(message INTEGER NOT NULL REFERENCES message(id),
                place INTEGER NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL,
                size INTEGER NOT NULL, sha256 BLOB NOT NULL, key BLOB NOT NULL,
                ciphertext_size INTEGER NOT NULL, ciphertext_sha256 BLOB NOT NULL, blob_id BLOB,
                upload_id BLOB, PRIMARY KEY(message, place)) WITHOUT ROWID\
              """,
              """
              CREATE INDEX attachment_waiting ON attachment(message) WHERE blob_id IS NULL\
              """,
              """
              CREATE TABLE outbox(id INTEGER PRIMARY KEY AUTOINCREMENT,
                contact INTEGER NOT NULL DEFAULT 0, account_id BLOB, kind INTEGER NOT NULL,
                message INTEGER NOT NULL DEFAULT 0, ids BLOB, content BLOB,
                envelope_id BLOB NOT NULL, due_at INTEGER NOT NULL, first_attempt_at INTEGER,
                rounds INTEGER NOT NULL DEFAULT 0, complete INTEGER NOT NULL DEFAULT 0, frame BLOB)\
              """,
              "CREATE INDEX outbox_lane ON outbox(account_id, id)",
              "CREATE INDEX outbox_contact ON outbox(contact)",
              """
              CREATE TABLE send_log(ciphertext_hash BLOB PRIMARY KEY, message_id BLOB NOT NULL,
                account_id BLOB NOT NULL, device INTEGER NOT NULL, at INTEGER NOT NULL,
                resent INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID\
              """,
              "CREATE INDEX send_log_age ON send_log(at)",
              """
              CREATE TABLE seen_ciphertext(hash BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID\
              """,
              "CREATE INDEX seen_ciphertext_age ON seen_ciphertext(at)",
              "CREATE TABLE seen_message(hash BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
              "CREATE INDEX seen_message_age ON seen_message(at)",
              """
              CREATE TABLE waiting(id INTEGER PRIMARY KEY AUTOINCREMENT, account_id BLOB NOT NULL,
                envelope BLOB NOT NULL, accepted_at INTEGER NOT NULL, since INTEGER NOT NULL)\
              """,
              "CREATE INDEX waiting_account ON waiting(account_id, id)",
              """
              CREATE TABLE event(id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL,
                message INTEGER NOT NULL DEFAULT 0, contact INTEGER NOT NULL DEFAULT 0,
                detail TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL)\
              """,
              "CREATE TABLE consumer(name TEXT PRIMARY KEY, cursor INTEGER NOT NULL) WITHOUT ROWID"),
          List.of(
              "ALTER TABLE message ADD COLUMN segment INTEGER NOT NULL DEFAULT 0",
              "CREATE INDEX message_segment ON message(segment) WHERE segment <> 0",
              """
              CREATE TRIGGER message_changed AFTER UPDATE OF kind, text, sent_at, status,
                failure_code, failure, failure_retry, files, accepted_at, quoted_message_id
                ON message WHEN OLD.segment <> 0 AND NEW.segment = OLD.segment
                BEGIN UPDATE message SET segment = 0 WHERE id = NEW.id; END\
              """,
              """
              CREATE TABLE archive_segment(id INTEGER PRIMARY KEY AUTOINCREMENT,
                contact INTEGER NOT NULL, peer BLOB NOT NULL, segment_id BLOB NOT NULL UNIQUE,
                state INTEGER NOT NULL, first_at INTEGER NOT NULL, first_id BLOB NOT NULL,
                last_at INTEGER NOT NULL, last_id BLOB NOT NULL, count INTEGER NOT NULL,
                size INTEGER NOT NULL, sha256 BLOB NOT NULL, upload_id BLOB NOT NULL,
                blob_id BLOB, ids BLOB NOT NULL, cached INTEGER NOT NULL DEFAULT 0)\
              """,
              "CREATE INDEX archive_segment_order ON archive_segment(contact, last_at)",
              "CREATE VIRTUAL TABLE archive_text USING fts5(text, content='', detail=none, "
                  + TOKENIZER
                  + ")",
              """
              CREATE TABLE archive_receipt(contact INTEGER NOT NULL, message_id BLOB NOT NULL,
                status INTEGER NOT NULL, PRIMARY KEY(contact, message_id)) WITHOUT ROWID\
              """),
          List.of(
              "ALTER TABLE attachment ADD COLUMN width INTEGER NOT NULL DEFAULT 0",
              "ALTER TABLE attachment ADD COLUMN height INTEGER NOT NULL DEFAULT 0",
              "ALTER TABLE attachment ADD COLUMN preview BLOB",
              """
              CREATE TABLE known_blob(sha256 BLOB NOT NULL, size INTEGER NOT NULL,
                key BLOB NOT NULL, ciphertext_size INTEGER NOT NULL,
                ciphertext_sha256 BLOB NOT NULL, blob_id BLOB NOT NULL,
                expires_at INTEGER NOT NULL, PRIMARY KEY(sha256, size)) WITHOUT ROWID\
              """),
          List.of(
              """
              CREATE TABLE wanted_file(message INTEGER NOT NULL, place INTEGER NOT NULL,
                tries INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(message, place)) WITHOUT ROWID\
              """),
          List.of(
              "ALTER TABLE message ADD COLUMN search_key INTEGER",
              "CREATE UNIQUE INDEX message_search ON message(search_key)",
              "DROP TABLE message_text",
              """
              CREATE VIRTUAL TABLE message_words USING fts5(words, content='', columnsize=0,
                tokenize='ascii')\
              """,
              "ALTER TABLE archive_segment ADD COLUMN words INTEGER NOT NULL DEFAULT 0",
              """
              CREATE VIRTUAL TABLE archive_words USING fts5(words, content='', columnsize=0,
                detail=none, tokenize='ascii')\
              """),
          List.of("ALTER TABLE contact ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0"),
          List.of(
              """
              CREATE INDEX message_unconfirmed ON message(sent_at) WHERE incoming = 0 AND status = 1\
              """),
          List.of(
              """
              CREATE TABLE sync_sent(message_id BLOB PRIMARY KEY, message INTEGER NOT NULL,
                content BLOB, at INTEGER NOT NULL) WITHOUT ROWID\
              """,
              "CREATE INDEX sync_sent_age ON sync_sent(at)",
              """
              CREATE TABLE early_read(account_id BLOB NOT NULL, message_id BLOB NOT NULL,
                at INTEGER NOT NULL, PRIMARY KEY(account_id, message_id)) WITHOUT ROWID\
              """,
              """
              CREATE TABLE history_out(device INTEGER PRIMARY KEY, contact INTEGER NOT NULL,
                sent_at INTEGER NOT NULL, message_id BLOB NOT NULL, incoming INTEGER NOT NULL,
                done INTEGER NOT NULL, total INTEGER NOT NULL, finished INTEGER NOT NULL)\
              """,
              """
              CREATE TABLE history_in(segment_id BLOB PRIMARY KEY, sender INTEGER NOT NULL,
                blob_id BLOB NOT NULL, size INTEGER NOT NULL, messages INTEGER NOT NULL,
                state INTEGER NOT NULL, archived INTEGER NOT NULL) WITHOUT ROWID\
              """),
          List.of(
              "ALTER TABLE message ADD COLUMN backup INTEGER NOT NULL DEFAULT 0",
              "CREATE INDEX message_backup ON message(backup) WHERE backup <> 0",
              """
              CREATE TRIGGER message_not_as_backed_up AFTER UPDATE OF contact, kind, text, sent_at,
                status, failure_code, failure, failure_retry, files, accepted_at, quoted_message_id
                ON message WHEN OLD.backup <> 0 AND NEW.backup = OLD.backup
                BEGIN UPDATE message SET backup = 0 WHERE id = NEW.id; END\
              """,
              """
              CREATE TABLE backup_piece(id INTEGER PRIMARY KEY AUTOINCREMENT,
                piece_id BLOB NOT NULL UNIQUE, count INTEGER NOT NULL, size INTEGER NOT NULL,
                sha256 BLOB NOT NULL, upload_id BLOB NOT NULL, blob_id BLOB,
                dropped INTEGER NOT NULL DEFAULT 0)\
              """),
          List.of(
              """
              CREATE TABLE profile(account_id BLOB PRIMARY KEY, profile_key BLOB NOT NULL,
                named INTEGER NOT NULL, tried INTEGER NOT NULL DEFAULT 0,
                version INTEGER NOT NULL DEFAULT 0, name TEXT NOT NULL DEFAULT '',
                about TEXT NOT NULL DEFAULT '', picture_ref BLOB, picture BLOB)\
              """),
          List.of(
              """
              CREATE TABLE deletion(contact INTEGER PRIMARY KEY, came_until INTEGER NOT NULL,
                sent_until INTEGER NOT NULL)\
              """),
          List.of(
              "ALTER TABLE message ADD COLUMN sender BLOB",
              """
              CREATE TABLE chat_group(contact INTEGER PRIMARY KEY REFERENCES contact(id),
                group_id BLOB NOT NULL UNIQUE, group_key BLOB NOT NULL, behind INTEGER NOT NULL,
                anchor_revision INTEGER, anchor_hash BLOB, forked INTEGER NOT NULL DEFAULT 0,
                title TEXT NOT NULL DEFAULT '', description TEXT NOT NULL DEFAULT '',
                picture_ref BLOB, picture BLOB, link_seed BLOB, pending BLOB, distribution BLOB,
                distribution_at INTEGER NOT NULL DEFAULT 0, keys_given INTEGER NOT NULL DEFAULT 0)\
              """,
              """
              CREATE TABLE group_change(group_id BLOB NOT NULL, revision INTEGER NOT NULL,
                bytes BLOB NOT NULL, at INTEGER NOT NULL,
                PRIMARY KEY(group_id, revision)) WITHOUT ROWID\
              """,
              """
              CREATE TABLE group_key_given(contact INTEGER NOT NULL, account_id BLOB NOT NULL,
                state INTEGER NOT NULL, turn INTEGER NOT NULL,
                chain_sequence INTEGER NOT NULL DEFAULT 0, devices BLOB NOT NULL, PRIMARY KEY(contact, account_id)) WITHOUT ROWID\
              """,
              "ALTER TABLE sender_key ADD COLUMN group_id BLOB",
              """
              CREATE TABLE group_outbox(id INTEGER PRIMARY KEY AUTOINCREMENT,
                contact INTEGER NOT NULL, message INTEGER NOT NULL, seed BLOB NOT NULL,
                parked INTEGER NOT NULL DEFAULT 0, first_attempt_at INTEGER,
                tried INTEGER NOT NULL DEFAULT 0, turn INTEGER NOT NULL DEFAULT 0, ciphertext BLOB, members_left BLOB)\
              """,
              "CREATE INDEX group_outbox_lane ON group_outbox(contact, id)",
              "CREATE INDEX group_outbox_message ON group_outbox(message)",
              """
              CREATE TABLE group_sent(message INTEGER PRIMARY KEY, revision INTEGER NOT NULL,
                recipients INTEGER NOT NULL, delivered INTEGER NOT NULL DEFAULT 0,
                read INTEGER NOT NULL DEFAULT 0)\
              """,
              """
              CREATE TABLE group_receipt(message INTEGER NOT NULL, account_id BLOB NOT NULL,
                status INTEGER NOT NULL, at INTEGER NOT NULL,
                PRIMARY KEY(message, account_id)) WITHOUT ROWID\
              """,
              """
              CREATE TABLE group_waiting(id INTEGER PRIMARY KEY AUTOINCREMENT,
                group_id BLOB NOT NULL, account_id BLOB NOT NULL, device INTEGER NOT NULL,
                distribution BLOB NOT NULL, envelope BLOB NOT NULL, accepted_at INTEGER NOT NULL,
                since INTEGER NOT NULL, message INTEGER NOT NULL DEFAULT 0)\
              """,
              "CREATE INDEX group_waiting_group ON group_waiting(group_id, id)",
              """
              CREATE INDEX group_waiting_key ON group_waiting(account_id, device, distribution, id)\
              """,
              """
              CREATE TABLE group_send_log(ciphertext_hash BLOB PRIMARY KEY,
                message INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID\
              """,
              """
              CREATE TABLE group_resent(ciphertext_hash BLOB NOT NULL, account_id BLOB NOT NULL,
                device INTEGER NOT NULL, at INTEGER NOT NULL,
                PRIMARY KEY(ciphertext_hash, account_id, device)) WITHOUT ROWID\
              """),
          List.of(
              "ALTER TABLE contact ADD COLUMN has_key INTEGER NOT NULL DEFAULT 0",
              "ALTER TABLE contact ADD COLUMN key_refused INTEGER NOT NULL DEFAULT 0",
              "ALTER TABLE outbox ADD COLUMN channel INTEGER NOT NULL DEFAULT 0",
              "UPDATE outbox SET channel = 1 WHERE first_attempt_at IS NOT NULL"));

  private Schema() {}

  /// The version that this code writes.
  static int version() {
    return STEPS.size();
  }

  /// Brings the store up to date in one transaction.
  ///
  /// @throws SottoException STORAGE_DAMAGED if it is of a newer version
  static void bringUpToDate(Sql sql) {
    bringUpTo(version(), sql);
  }

  /// The same up to the version of an earlier time.
  static void bringUpTo(int wanted, Sql sql) {
    int has = (int) sql.number("PRAGMA user_version");
    if (has > version()) {
      throw SottoException.of(
          SottoException.Code.STORAGE_DAMAGED,
          "The store was written by a newer version of Sotto; it was left as it is.");
    }
    if (has >= wanted) {
      return;
    }
    sql.run("BEGIN IMMEDIATE");
    for (List<String> step : STEPS.subList(has, wanted)) {
      step.forEach(sql::run);
    }
    sql.run("PRAGMA user_version = " + wanted);
    sql.run("COMMIT");
  }
}
