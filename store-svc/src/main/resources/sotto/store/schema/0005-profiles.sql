-- Version 5: profiles.

-- What an account calls itself, opaque, for whoever has the access key with this hash.
CREATE TABLE profile (
  account_id BINARY(16) NOT NULL,
  version INT NOT NULL,
  access_key_hash BINARY(32) NOT NULL,
  sealed VARBINARY(2048) NOT NULL,
  PRIMARY KEY (account_id)
) {narrow};
