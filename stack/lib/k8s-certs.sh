# Who is who in a cluster: one authority, and for each component a certificate and a file that kubectl and the components read.

# key NAME
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$pki/$1.key" 2>/dev/null; }

# cert NAME SUBJECT [ALTERNATIVE NAMES]
cert() {
  key "$1"
  openssl req -new -key "$pki/$1.key" -subj "$2" 2>/dev/null |
    openssl x509 -req -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -CAcreateserial -days 30 -out "$pki/$1.crt" \
      -extfile <(printf 'extendedKeyUsage=serverAuth,clientAuth\n%s\n' "${3:+subjectAltName=$3}") 2>/dev/null
}

# conf NAME: what NAME needs to talk to the API.
conf() {
  jq -n --arg server "https://$CONTROL:6443" --arg ca "$(base64 -w0 "$pki/ca.crt")" --arg cert "$(base64 -w0 "$pki/$1.crt")" --arg key "$(base64 -w0 "$pki/$1.key")" \
    '{apiVersion: "v1", kind: "Config", "current-context": "c", contexts: [{name: "c", context: {cluster: "c", user: "u"}}],
      clusters: [{name: "c", cluster: {server: $server, "certificate-authority-data": $ca}}],
      users: [{name: "u", user: {"client-certificate-data": $cert, "client-key-data": $key}}]}' >"$pki/$1.conf"
}

make_certificates() {
  mkdir -p "$pki" && chmod 700 "$pki"
  key ca
  openssl req -x509 -new -key "$pki/ca.key" -subj /CN=sotto-cluster -days 30 -out "$pki/ca.crt" \
    -addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign,digitalSignature 2>/dev/null
  cert apiserver /CN=kube-apiserver "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,IP:$CONTROL,IP:10.96.0.1"
  cert admin /O=system:masters/CN=admin && conf admin
  cert controllers /CN=system:kube-controller-manager && conf controllers
  cert scheduler /CN=system:kube-scheduler && conf scheduler
  cert proxy /CN=system:kube-proxy && conf proxy
  cert kubelet-client /O=system:masters/CN=apiserver-kubelet-client
  openssl genrsa -out "$pki/accounts.key" 2048 2>/dev/null && openssl rsa -in "$pki/accounts.key" -pubout -out "$pki/accounts.pub" 2>/dev/null
}
