#!/usr/bin/env bash
# A file over a thin link: 5 % of packets lost, one second each way, so many bits in a second, and cuts. Needs root and network namespaces.
# Usage: tests/thin-link.sh DIRECTORY_OF_PROGRAMS [KIB BITS_PER_SECOND SECONDS_BETWEEN_CUTS]   (1024 20000 90 unless told)
set -euo pipefail
programs=$(cd "$1" && pwd); kib=${2:-1024} rate=${3:-20000} cuts=${4:-90}
here=$(cd "$(dirname "$0")" && pwd); name=thin$$
work=$(mktemp -d); cd "$work"
end() { for space in c m s; do ip netns pids $name$space 2>/dev/null | xargs -r kill 2>/dev/null || true; ip netns del $name$space 2>/dev/null || true; done; rm -rf "$work"; }
trap end EXIT
if ! ip netns add ${name}c 2> error; then echo "no network namespaces here: $(cat error)"; exit 0; fi
ip netns add ${name}m; ip netns add ${name}s
at() { local space=$1; shift; ip netns exec $name$space "$@"; }
# Client c0 - m0, relay, m1 - s0 server. Plain http is for loopback addresses: the servers have one at the other end of the link.
ip link add c0 netns ${name}c type veth peer name m0 netns ${name}m
ip link add s0 netns ${name}s type veth peer name m1 netns ${name}m
for side in c:c0 s:s0; do
  at ${side%:*} sysctl -q net.ipv4.conf.all.route_localnet=1 net.ipv4.conf.all.rp_filter=0
  at ${side%:*} ip link set "${side#*:}" up; at ${side%:*} python3 -B "$here/thin-link.py" --plain "${side#*:}"
done
at m ip link set m0 up; at m ip link set m1 up
at s ip link set lo up
at c ip addr add 10.9.9.1/24 dev c0; at s ip addr add 10.9.9.2/24 dev s0
at c ip route add 127.0.0.2 via 10.9.9.2 dev c0 src 10.9.9.1
mac() { at "$1" cat "/sys/class/net/$2/address"; }
at c ip neigh add 10.9.9.2 lladdr "$(mac s s0)" dev c0 nud permanent; at s ip neigh add 10.9.9.1 lladdr "$(mac c c0)" dev s0 nud permanent
echo '0 0 0' > link; at m python3 -B "$here/thin-link.py" link m0 m1 & 
printf 'a passphrase for the script' > passphrase
start() { local out=$1; shift; at s "$@" > "$out" 2>> "$out.log" & for _ in $(seq 200); do grep -q listening "$out" && break; sleep 0.1; done; sed 's/listening on //' "$out"; }
as() { local who=$1; shift; at c "$programs/casevault" --profile "$work/$who" --passphrase-file passphrase --json --quiet "$@"; }
get() { python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
begun=$(date +%s); say() { printf '%6d s  %s\n' $(($(date +%s) - begun)) "$*"; }
sent() { at c cat /sys/class/net/c0/statistics/tx_bytes; }

keyserver=$(start k "$programs/casevault-keyserver" --data k.d --listen 127.0.0.2:7001)
vault=$(start v "$programs/casevault-vault" --data v.d --listen 127.0.0.2:7002 --keyserver "$keyserver")
as amal org found 'Safe House' --keyserver "$keyserver" --vault "$vault" --person Amal > /dev/null
code=$(as amal org invite Bela --role caseworker | get code); printf '%s\n' "$code" | as bela join - > /dev/null
as amal org approve Bela > /dev/null; as bela join > /dev/null
as amal team create North --member Bela > /dev/null; as bela sync > /dev/null; as bela sync > /dev/null
case=$(as bela case open 'Case 1' --team North | get case)
say "an organisation, a team and a case; from now on 5 % loss, 1 s each way, $rate bit/s"

head -c $((kib * 1024)) /dev/urandom > file.bin
echo "$rate 1.0 0.05" > link; sleep 1
before=$(sent) sealed='' count=0 begun=$(date +%s)
cutting() { while sleep "$cuts"; do at c ss -K dst 127.0.0.2 > /dev/null 2>&1 || true; done; }
cutting & cutter=$!
code=0; as bela doc add "$case" file.bin > answer 2> error || code=$?
say "doc add ended with $code"
while [ "$(as bela doc list "$case" 2> /dev/null | python3 -c 'import json,sys; print(any(d.get("delivery", "sent") != "sent" for d in json.load(sys.stdin)))')" = True ] || [ $code = 13 ]; do
  now=$(cat bela/outbox/* | sha256sum); [ -z "$sealed" ] || [ "$sealed" = "$now" ] || { echo "sealed again"; exit 1; }
  sealed=$now count=$((count + 1))
  code=0; as bela sync > answer 2> error || code=$?
  say "sync $count ended with $code, $((($(sent) - before) / 1024)) KiB sent"
  [ $code = 0 ] || [ $code = 13 ] || { cat answer error; exit 1; }
  if [ $code = 0 ] && [ "$(get queued < answer)" = 0 ]; then break; fi
  code=13
done
kill $cutter; after=$(sent); took=$(($(date +%s) - begun))
echo '0 0 0' > link; sleep 1
as bela doc get "$case" file.bin --out back.bin > /dev/null; cmp file.bin back.bin
say "arrived in $took s after $count resumptions: $kib KiB cost $(((after - before) / 1024)) KiB of packets, $((((after - before) * 100 / 1024 / kib) - 100)) % more"
