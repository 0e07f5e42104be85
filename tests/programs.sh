#!/usr/bin/env bash
# Builds, beside the programs, those that are for tests alone: the vault that checks no access (casevault-vault-open-door), which shows
# what does not depend on those checks, and all three programs with faults (…-faults, see tests/fault/), which fail and die where they are told to.
# The programs themselves are left as they are shipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=${CARGO_TARGET_DIR:-target}/debug
# With the features of the whole workspace, so that only what differs is built again.
build() { cargo build --locked --quiet --workspace --bins "$@"; }
build --features casevault-vault/open-door
cp "$target/casevault-vault" "$target/casevault-vault-open-door"
build --features casevault-fault/faults
for program in casevault-vault casevault-keyserver casevault; do cp "$target/$program" "$target/$program-faults"; done
build
