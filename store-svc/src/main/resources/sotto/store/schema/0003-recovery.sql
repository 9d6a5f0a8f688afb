-- Version 3: what accounts are restored from.

-- What the holder of an account's recovery code gets. The key is empty once the record is removed: its version goes on.
CREATE TABLE recovery (
  account_id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  auth_key VARBINARY(32) NOT NULL,
  manifest MEDIUMBLOB NOT NULL,
  PRIMARY KEY (account_id)
) {wide};
