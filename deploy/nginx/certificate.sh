#!/bin/sh
# Makes a certificate for POS_HOST in the given folder, unless the folder has one that is valid for another month. So your own tls.crt and tls.key
# stay. An authority that is made together with the certificate signs it. Clients may trust that authority, ca.crt: curl --cacert ca.crt.
set -eu
folder=$1
host=${POS_HOST:-localhost}
umask 077
cd "$folder"

if [ -s tls.crt ] && [ -s tls.key ] && openssl x509 -in tls.crt -noout -checkend 2592000 >/dev/null; then
    echo "There is a certificate: $(openssl x509 -in tls.crt -noout -subject -enddate | tr '\n' ' ')"
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $host in
    *[!0-9.]*) names="DNS:$host" ;;
    *) names="IP:$host" ;;
esac
[ "$host" = localhost ] || names="$names,DNS:localhost"
printf 'subjectAltName=%s,IP:127.0.0.1\nextendedKeyUsage=serverAuth\nbasicConstraints=critical,CA:FALSE\n' "$names" >"$work/leaf"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 825 -subj "/CN=Pos.Orleans, made for $host" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -keyout "$work/ca.key" -out "$work/ca.crt" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$host" -keyout "$work/tls.key" -out "$work/tls.csr" 2>/dev/null
openssl x509 -req -in "$work/tls.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial -days 397 -extfile "$work/leaf" -out "$work/tls.crt" 2>/dev/null

# The authority has signed its only certificate, so its key is deleted with the folder.
cat "$work/ca.crt" >ca.crt
cat "$work/tls.key" >tls.key
cat "$work/tls.crt" "$work/ca.crt" >tls.crt
echo "Made a certificate for $names."
