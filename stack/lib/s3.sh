# The profile s3: one MinIO with an empty bucket sotto. Its keys are random, made once, and stand in a file that only the caller reads.

# With a certificate in conf/minio/certs (public.crt, private.key) it answers by TLS.
s3_scheme() { if [ -e "$dir/conf/minio/certs/public.crt" ]; then echo https; else echo http; fi; }

s3_endpoint() { printf '%s://127.0.0.1:%s' "$(s3_scheme)" "$(port store)"; }

# What a program needs to use it, as shell assignments; the keys are in the file, not in here.
s3_env() {
  printf '%s\n' "SOTTO_TEST_S3_ENDPOINT=$(s3_endpoint)" "SOTTO_TEST_S3_BUCKET=$KEYSPACE" "SOTTO_TEST_S3_REGION=us-east-1" "SOTTO_TEST_S3_KEYS=$dir/keys"
}

# The access key, a line break, the secret.
make_keys() {
  [ ! -s "$dir/keys" ] || return 0
  (umask 077 && { head -c 10 /dev/urandom | od -An -tx1 | tr -d ' \n' && echo && head -c 20 /dev/urandom | od -An -tx1 | tr -d ' \n' && echo; } >"$dir/keys.part")
  mv "$dir/keys.part" "$dir/keys"
}

up_s3() {
  local start=$1
  make_keys
  running minio && return
  free_ports minio "$(port store)"
  mkdir -p "$dir/data/minio/$KEYSPACE" "$dir/conf/minio" # a folder in its place is a bucket
  (umask 077 && printf '%s\n' "export MINIO_ROOT_USER=$(sed -n 1p "$dir/keys")" "export MINIO_ROOT_PASSWORD=$(sed -n 2p "$dir/keys")" >"$dir/conf/minio.env")
  hand_over
  # The keys go by a file: the environment and the command line of a process are for others to see.
  MINIO_CONFIG_ENV_FILE=$dir/conf/minio.env MINIO_BROWSER=off MINIO_UPDATE=off MINIO_CALLHOME_ENABLE=off \
    spawn minio minio server --quiet --config-dir "$dir/conf/minio" --certs-dir "$dir/conf/minio/certs" --address "127.0.0.1:$(port store)" "$dir/data/minio"
  await minio 60 "MinIO to answer on port $(port store)" serves_s3
  lap "$start" "MinIO answers on port $(port store)"
}

# The certificate is for its clients to check.
serves_s3() { curl -fsSk -m 5 "$(s3_endpoint)/minio/health/ready"; }

status_s3() { row minio 'objects' "$(port store)" "$(health minio serves_s3)" ''; }
