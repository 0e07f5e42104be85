#!/usr/bin/env bash
# Builds, beside the programs, the vault that checks no access: target/debug/casevault-vault-open-door. For tests alone, which show
# with it what does not depend on those checks. The programs themselves are left as they are shipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=${CARGO_TARGET_DIR:-target}/debug
# With the features of the whole workspace, so that only what differs is built again.
cargo build --locked --quiet --workspace --bins --features casevault-vault/open-door
cp "$target/casevault-vault" "$target/casevault-vault-open-door"
cargo build --locked --quiet --workspace --bins
