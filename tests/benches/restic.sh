#!/usr/bin/env bash
# The yardstick of the document benchmarks: restic over its REST protocol, served by rclone, on a directory of files.
# usage: tests/benches/restic.sh DIRECTORY     (needs restic and rclone from the distribution)
set -euo pipefail
source=$(readlink -f "$1")
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
export RESTIC_PASSWORD=measured RESTIC_CACHE_DIR=$work/cache RESTIC_REPOSITORY=rest:http://127.0.0.1:14102/
mkdir "$work/repository"
rclone serve restic --config /dev/null --addr 127.0.0.1:14102 "$work/repository" 2>/dev/null & server=$!
until (echo >/dev/tcp/127.0.0.1/14102) 2>/dev/null; do sleep 0.1; done
restic init -q
now() { date +%s.%N; }
taken() { awk -v from="$1" -v to="$(now)" 'BEGIN { printf "%.2f s", to - from }'; }
sync
begin=$(now); (cd "$source" && restic backup -q .); store=$(taken "$begin")
rm -rf "$RESTIC_CACHE_DIR"
sync
begin=$(now); restic restore -q latest --target "$work/out"; sync -f "$work"; fetch=$(taken "$begin")
echo "restic over REST: store $store, fetch $fetch"
