#!/usr/bin/env bash
# The yardsticks of the document benchmarks, on a directory of files: restic over its REST protocol, served by rclone, and rclone's
# crypt over WebDAV, served by nginx. Neither server waits for the disk.
# usage: tests/benches/peers.sh DIRECTORY restic|rclone     (needs restic, rclone, nginx and libnginx-mod-http-dav-ext)
set -euo pipefail
source=$(readlink -f "$1")
work=$(mktemp -d)
server=
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
mkdir "$work/stored" "$work/out" "$work/tmp"
wait_for() { until (echo >"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do sleep 0.1; done; }
now() { date +%s.%N; }
taken() { awk -v from="$1" -v to="$(now)" 'BEGIN { printf "%.2f s", to - from }'; }

case $2 in
restic)
  export RESTIC_PASSWORD=measured RESTIC_CACHE_DIR=$work/cache RESTIC_REPOSITORY=rest:http://127.0.0.1:14102/
  rclone serve restic --config /dev/null --addr 127.0.0.1:14102 "$work/stored" 2>/dev/null & server=$!
  wait_for 14102
  restic init -q
  store() { (cd "$source" && restic backup -q .); }
  fetch() { rm -rf "$RESTIC_CACHE_DIR" && restic restore -q latest --target "$work/out"; }
  ;;
rclone)
  cat >"$work/nginx.conf" <<CONF
load_module /usr/lib/nginx/modules/ngx_http_dav_ext_module.so;
daemon off; master_process off; user root; pid $work/pid; error_log $work/error error;
events { worker_connections 512; }
http {
  access_log off; sendfile on; client_max_body_size 0; keepalive_requests 1000000;
  client_body_temp_path $work/tmp; proxy_temp_path $work/tmp; fastcgi_temp_path $work/tmp; uwsgi_temp_path $work/tmp; scgi_temp_path $work/tmp;
  server {
    listen 127.0.0.1:14103; root $work/stored;
    location / { dav_methods PUT DELETE MKCOL COPY MOVE; dav_ext_methods PROPFIND OPTIONS; create_full_put_path on; }
  }
}
CONF
  PATH=$PATH:/usr/sbin nginx -c "$work/nginx.conf" -p "$work" -e "$work/error" & server=$!
  wait_for 14103
  cat >"$work/rclone.conf" <<CONF
[dav]
type = webdav
url = http://127.0.0.1:14103
vendor = other
[sealed]
type = crypt
remote = dav:
password = $(rclone obscure measured)
CONF
  store() { rclone --config "$work/rclone.conf" copy --transfers 4 "$source" sealed:; }
  fetch() { rclone --config "$work/rclone.conf" copy --transfers 4 sealed: "$work/out"; }
  ;;
esac

sync
begin=$(now); store; stored=$(taken "$begin")
sync
begin=$(now); fetch; sync -f "$work"; fetched=$(taken "$begin")
[ "$(find "$work/out" -type f | wc -l)" -eq "$(find "$source" -type f | wc -l)" ]
echo "$2: store $stored, fetch $fetched"
