-- Version 4: who may register, and what an operator decides about single accounts.

-- Invites, by the first 16 bytes of SHA-256 of the code. spent_by is the account that spent it, empty as long as none has. Sharded by the hash;
-- never in one transaction with an account.
CREATE TABLE invite (
  code_hash BINARY(16) NOT NULL,
  spent_by VARBINARY(16) NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (code_hash)
) {narrow};

-- Accounts that have ended and of which rows may still be here. The row goes last.
CREATE TABLE account_ending (
  account_id BINARY(16) NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (account_id)
) {narrow};

-- Accounts that are not treated as all others. disabled_at is 0 for those that are not disabled; kept_bytes is -1 for the usual quota in the blob
-- store. No row = as all others.
CREATE TABLE account_decision (
  account_id BINARY(16) NOT NULL,
  disabled_at BIGINT NOT NULL,
  kept_bytes BIGINT NOT NULL,
  PRIMARY KEY (account_id)
) {narrow};
