-- Version 2: what accounts keep in the blob store, and the blobs of cold segments that are to go.

-- Blobs that an account keeps, by their names in the blob store. A row takes its room, whether its upload has ended or not.
CREATE TABLE kept_blob (
  account_id BINARY(16) NOT NULL,
  name BINARY(32) NOT NULL,
  size BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, name)
) {narrow};

-- Blobs of segments that no row of inbox_segment names: not yet (doomed = 0, on the way since then), or never again (doomed = 1). The row
-- goes when the blob is gone.
CREATE TABLE loose_segment (
  account_id BINARY(16) NOT NULL,
  blob_id BINARY(32) NOT NULL,
  doomed INT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (account_id, blob_id)
) {narrow};
