# With --telemetry: Jaeger for traces and Prometheus for metrics, both on loopback and in memory or in the stack's folder. The mesh's processes
# export to them, and its relays let messages carry a trace's context to the recipient's SDK.

# Where a process of the mesh shows its metrics; 9464, OpenTelemetry's own, is for a server that is started by hand.
declare -rA METRICS_PORTS=([relay]=180 [presence]=190 [store]=280 [blob]=290)
metrics_port() { printf '%s' $((base + METRICS_PORTS[${1%-*}] + ${1##*-})); } # KIND-N

has_telemetry() { [ -n "$(setting telemetry)" ]; }

# Takes --telemetry into the stack's settings.
settle_telemetry() {
  [ -n "${OPT[telemetry]-}" ] && ! has_telemetry || return 0
  ! has_mesh || fail "the mesh in $dir was made without --telemetry: sotto-stack down first"
  echo telemetry=yes >>"$dir/stack"
}

up_telemetry() {
  local start=$1
  up_jaeger && up_prometheus
  lap "$start" "Jaeger shows traces at http://127.0.0.1:$(port jaeger-web), Prometheus metrics at http://127.0.0.1:$(port prometheus)"
}

up_jaeger() {
  local name options=()
  running jaeger && return
  free_ports jaeger "$(port otlp)" "$(port jaeger-web)"
  # Everything that it opens, or it would open it to the network.
  for name in collector.otlp.http:otlp query.http-server:jaeger-web collector.otlp.grpc:jaeger-1 query.grpc-server:jaeger-2 admin.http:jaeger-3 \
    collector.http-server:jaeger-4 collector.grpc-server:jaeger-5; do
    options+=("--${name%:*}.host-port=127.0.0.1:$(port "${name#*:}")")
  done
  hand_over
  SPAN_STORAGE_TYPE=memory spawn jaeger jaeger "${options[@]}" --memory.max-traces=20000
  await jaeger 60 "Jaeger to answer on port $(port jaeger-web)" web "$(port jaeger-web)" /api/services
}

up_prometheus() {
  local pod conf=$dir/conf/prometheus.yaml
  {
    printf '%s\n' 'global: { scrape_interval: 5s, evaluation_interval: 5s }' "rule_files: ['$dir/conf/rules.yaml']" 'scrape_configs:' '  - job_name: sotto' '    static_configs:'
    printf "      - { targets: ['127.0.0.1:9464'], labels: { pod: by-hand } }\n"
    for pod in $(pods); do printf "      - { targets: ['127.0.0.1:%s'], labels: { pod: %s } }\n" "$(metrics_port "$pod")" "$pod"; done
  } >"$conf.new"
  if running prometheus; then
    # A mesh may have come.
    cmp -s "$conf.new" "$conf" || { mv "$conf.new" "$conf" && kill -HUP ${PIDS[prometheus]}; }
    return
  fi
  mv "$conf.new" "$conf"
  free_ports prometheus "$(port prometheus)"
  cp "$here/../helm/telemetry/rules.yaml" "$dir/conf/rules.yaml"
  mkdir -p "$dir/data/prometheus"
  hand_over
  spawn prometheus prometheus --config.file="$conf" --storage.tsdb.path="$dir/data/prometheus" --storage.tsdb.retention.time=2d \
    --web.listen-address="127.0.0.1:$(port prometheus)"
  await prometheus 60 "Prometheus to answer on port $(port prometheus)" web "$(port prometheus)" /-/ready
}

# exports POD: what a process of the mesh finds in its environment.
exports() {
  has_telemetry || return 0
  printf '%s\n' "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:$(port otlp)" OTEL_METRICS_EXPORTER=prometheus SOTTO_TELEMETRY_SAMPLE_RATIO=1 "OTEL_EXPORTER_PROMETHEUS_PORT=$(metrics_port "$1")"
  [ "${1%-*}" != relay ] || echo SOTTO_RELAY_TRACE_MESSAGES=true
}

# For programs: KEY=VALUE.
telemetry() {
  has_telemetry || fail "this stack has no telemetry: sotto-stack up --telemetry makes one that has"
  printf '%s\n' "otlp=http://127.0.0.1:$(port otlp)" "jaeger=http://127.0.0.1:$(port jaeger-web)" "prometheus=http://127.0.0.1:$(port prometheus)"
}

status_telemetry() {
  has_telemetry || return 0
  row jaeger traces "$(port jaeger-web)" "$(health jaeger web "$(port jaeger-web)" /api/services)" ''
  row prometheus metrics "$(port prometheus)" "$(health prometheus web "$(port prometheus)" /-/ready)" ''
}
