-- Version 1. One text for every database: {narrow} and {wide} stand for what the dialect says behind a table of short or of long rows.
-- Every table but schema_version, server_key and username is sharded by its first column, which begins with the bits of the bucket.
-- Times are milliseconds since 1970.

-- The version of this schema. One row; shard_key is sixteen zeros.
CREATE TABLE schema_version (
  shard_key BINARY(16) NOT NULL,
  version INT NOT NULL,
  PRIMARY KEY (shard_key)
) {narrow};

-- Secrets that all owners share: what signs tokens, authenticates challenges and tags senders. shard_key is sixteen zeros.
CREATE TABLE server_key (
  shard_key BINARY(16) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  id VARCHAR(32) NOT NULL,
  created_at BIGINT NOT NULL,
  secret VARBINARY(128) NOT NULL,
  public_key VARBINARY(64) NOT NULL,
  PRIMARY KEY (shard_key, kind, id)
) {narrow};

-- Who writes for the accounts that begin with these ten bits (protocol B1, B2). 1,024 rows, always; owner is empty when free.
CREATE TABLE bucket (
  prefix BINARY(16) NOT NULL,
  owner VARCHAR(255) NOT NULL,
  epoch BIGINT NOT NULL,
  taken_at BIGINT NOT NULL,
  PRIMARY KEY (prefix)
) {narrow};

-- An account: the head of its chain, its name if it has one, and when it was last connected and who may know.
CREATE TABLE account (
  account_id BINARY(16) NOT NULL,
  chain_sequence INT NOT NULL,
  head_hash BINARY(32) NOT NULL,
  ended INT NOT NULL,
  username VARCHAR(32) NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  access_key_hashes VARBINARY(512) NOT NULL,
  PRIMARY KEY (account_id)
) {narrow};

-- The chain: the bytes of each link.
CREATE TABLE link (
  account_id BINARY(16) NOT NULL,
  sequence INT NOT NULL,
  bytes VARBINARY(1024) NOT NULL,
  PRIMARY KEY (account_id, sequence)
) {narrow};

-- The devices now in the chain. last_seen_day and missed_since are 0 for never.
CREATE TABLE device (
  account_id BINARY(16) NOT NULL,
  device_id INT NOT NULL,
  registration_id INT NOT NULL,
  identity_key VARBINARY(33) NOT NULL,
  auth_key BINARY(32) NOT NULL,
  connection_number BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_day BIGINT NOT NULL,
  missed_since BIGINT NOT NULL,
  PRIMARY KEY (account_id, device_id)
) {narrow};

-- Pre-keys: kind 1 the signed key, 2 the last-resort Kyber key (one each), 3 one-time EC keys, 4 one-time Kyber keys. signature is empty for kind 3.
CREATE TABLE pre_key (
  account_id BINARY(16) NOT NULL,
  device_id INT NOT NULL,
  kind INT NOT NULL,
  key_id INT NOT NULL,
  digest BINARY(16) NOT NULL,
  public_key VARBINARY(1600) NOT NULL,
  signature VARBINARY(64) NOT NULL,
  PRIMARY KEY (account_id, device_id, kind, key_id)
) {wide};

-- One-time keys that were handed out or dropped: a repeated upload must not bring one back.
CREATE TABLE taken_pre_key (
  account_id BINARY(16) NOT NULL,
  device_id INT NOT NULL,
  kind INT NOT NULL,
  key_id INT NOT NULL,
  digest BINARY(16) NOT NULL,
  taken_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, device_id, kind, key_id)
) {narrow};

-- Names (protocol A4). Sharded by the name itself; never in one transaction with an account.
CREATE TABLE username (
  username VARCHAR(32) NOT NULL,
  account_id BINARY(16) NOT NULL,
  claimed_at BIGINT NOT NULL,
  confirmed INT NOT NULL,
  PRIMARY KEY (username)
) {narrow};

-- Mailboxes. position = epoch << 40 | n; dedupe = 16 bytes of a hash of (sender scope, envelope id); sender_tag is null when sealed.
-- The envelope comes last, so that the other columns are read without it.
CREATE TABLE inbox (
  account_id BINARY(16) NOT NULL,
  device_id INT NOT NULL,
  position BIGINT NOT NULL,
  dedupe BINARY(16) NOT NULL,
  accepted_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  size INT NOT NULL,
  sender_tag BINARY(16),
  envelope MEDIUMBLOB NOT NULL,
  PRIMARY KEY (account_id, device_id, position),
  UNIQUE (account_id, device_id, dedupe)
) {wide};

-- Cold parts of mailboxes: where they lie, the dedupe keys in them and which of their positions are acked (protocol P4).
CREATE TABLE inbox_segment (
  account_id BINARY(16) NOT NULL,
  device_id INT NOT NULL,
  first_position BIGINT NOT NULL,
  last_position BIGINT NOT NULL,
  blob_id BINARY(32) NOT NULL,
  envelopes INT NOT NULL,
  size BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  dedupe_keys MEDIUMBLOB NOT NULL,
  acked MEDIUMBLOB NOT NULL,
  PRIMARY KEY (account_id, device_id, first_position)
) {wide};

-- Groups: the revision that the next change is compared with.
CREATE TABLE chat_group (
  group_id BINARY(16) NOT NULL,
  revision BIGINT NOT NULL,
  head_hash BINARY(32) NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (group_id)
) {narrow};

-- Members of groups. role 1 = member, 2 = admin.
CREATE TABLE group_member (
  group_id BINARY(16) NOT NULL,
  account_id BINARY(16) NOT NULL,
  role INT NOT NULL,
  since_revision BIGINT NOT NULL,
  PRIMARY KEY (group_id, account_id)
) {narrow};
