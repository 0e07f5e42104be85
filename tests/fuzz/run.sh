#!/usr/bin/env bash
# Runs every fuzz target for as many seconds as the first argument says, or those named after it; says what each has done.
# What is found is under artifacts/, what was learned under found/. One binary under many names: a link for each would fill a disk.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
seconds=${1:-600}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cargo fuzz list --fuzz-dir .)
cargo fuzz build --fuzz-dir . -s none wire_log
binary=target/$(rustc -vV | sed -n 's/^host: //p')/release/wire_log
for target in "${targets[@]}"; do
  mkdir -p "found/$target" "artifacts/$target"
  ln -sf "$PWD/$binary" "artifacts/$target/$target"
  "artifacts/$target/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 -print_final_stats=1 \
    -artifact_prefix="artifacts/$target/" "found/$target" "corpus/$target" >"found/$target.log" 2>&1 ||
    echo "$target: FOUND SOMETHING, see found/$target.log"
  echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "found/$target.log") executions in $seconds s"
done
