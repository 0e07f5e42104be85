#!/usr/bin/env bash
# The main job by somebody who has only the three programs and the command contract. Usage: tests/outside.sh DIRECTORY_OF_PROGRAMS [MIB]
# MIB is the size of the largest of the 50 files (300 unless told).
set -euo pipefail
programs=$(cd "$1" && pwd); largest=${2:-300}
work=$(mktemp -d); trap 'stop 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"; printf 'a passphrase for the script' > passphrase
say() { printf '%6.1f s  %s\n' "$(date +%s.%N | awk -v s="$start" '{print $1 - s}')" "$*"; }
start=$(date +%s.%N)
as() { local who=$1; shift; "$programs/casevault" --profile "$work/$who" --passphrase-file passphrase --json --quiet "$@"; }
get() { python3 -c 'import json,sys; v=json.load(sys.stdin)
for k in sys.argv[1:]: v = v[int(k)] if isinstance(v, list) else v[k]
print(v)' "$@"; }
listen() { local out=$1; shift; "$@" > "$out" 2>> "$out.log" & echo $! > "$out.pid"; for _ in $(seq 100); do grep -q listening "$out" && break; sleep 0.1; done; sed 's/listening on //' "$out"; }
stop() { for server in k v; do kill "$(cat "$work/$server.pid")"; while kill -0 "$(cat "$work/$server.pid")" 2>/dev/null; do sleep 0.1; done; done; }
expect() { local code=$1 got=0; shift; "$@" > answer 2> error || got=$?; [ "$got" = "$code" ] || { echo "expected exit $code, got $got: $*"; cat answer error; exit 1; }; }

keyserver=$(listen k "$programs/casevault-keyserver" --data k.d --listen 127.0.0.1:0)
vault=$(listen v "$programs/casevault-vault" --data v.d --listen 127.0.0.1:0 --keyserver "$keyserver")
as amal org found 'Safe House' --keyserver "$keyserver" --vault "$vault" --person Amal > /dev/null
for name in Bela Chidi; do
  code=$(as amal org invite $name --role caseworker | get code)
  printf '%s\n' "$code" | as $name join - > /dev/null
  as amal org approve $name > /dev/null
  as $name join > /dev/null
done
as amal team create North --member Bela --member Chidi > /dev/null
for name in Bela Chidi Bela; do as $name sync > /dev/null; done
case=$(as Bela case open 'Case 1' --team North --set prs_Gender=Feminine | get case)
say "founded, joined, a team, a case"

mkdir source; for n in $(seq 1 49); do head -c $((n * n * 1777)) /dev/urandom > "source/file $n.bin"; done
head -c $((largest * 1048576)) /dev/urandom > source/video.mp4
as Bela doc add "$case" source/* > added; [ "$(python3 -c 'import json; print(len(json.load(open("added"))))')" = 50 ]
say "50 files added"
as Chidi sync > /dev/null
for file in source/*; do
  as Chidi doc get "$case" "$(basename "$file")" --out "out-$(basename "$file")" > /dev/null
  cmp -s "$file" "out-$(basename "$file")" || { echo "differs: $file"; exit 1; }
done
say "the colleague fetched all 50, equal byte for byte"

stop
listen k "$programs/casevault-keyserver" --data k.d --listen "${keyserver#http://}" > /dev/null
listen v "$programs/casevault-vault" --data v.d --listen "${vault#http://}" --keyserver "$keyserver" > /dev/null
as Bela note add "$case" 'after the restart' > /dev/null
say "both servers restarted"

cp -a Chidi Copy
as amal team remove North Chidi > /dev/null; as Bela sync > /dev/null
echo 'not for Chidi' > new.txt; as Bela doc add "$case" new.txt > /dev/null
for who in Chidi:15 Copy:14; do
  refused=${who#*:} who=${who%:*}
  for attempt in 1 2; do as $who sync > /dev/null 2>&1 || true; done
  got=0; as $who doc get "$case" new.txt --out "stolen-$who" > /dev/null 2>&1 || got=$?
  [ $got -ne 0 ] && [ ! -e "stolen-$who" ] || { echo "$who read it"; exit 1; }
  expect "$refused" as $who note add "$case" 'still here?'
done
say "the removed device and its earlier copy get nothing new and are refused"
expect 0 as Bela verify
say "verify: $(get entries < answer 2>/dev/null || echo ?) entries, clean"
