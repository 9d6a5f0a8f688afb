-- Version 6: groups are chains of changes. chat_group has the newest of each.

-- The chain: the bytes of each change.
CREATE TABLE group_change (
  group_id BINARY(16) NOT NULL,
  revision BIGINT NOT NULL,
  bytes MEDIUMBLOB NOT NULL,
  PRIMARY KEY (group_id, revision)
) {wide};

-- Nothing was ever written to it: who is a member follows from the chain.
DROP TABLE IF EXISTS group_member;
