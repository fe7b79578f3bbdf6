#!/usr/bin/env bash
# Makes a checkout ready to build and test. May be run again at any time.
#
#   scripts/setup.sh         the pinned Rust toolchain and a C compiler, which `make test` needs
#   scripts/setup.sh deny    cargo-deny into .tools/, which `make deny`, `make audit` and `make ci` need
set -euo pipefail
cd "$(dirname "$0")/.."

deny_version=0.20.2

fail() {
    echo "setup: $1" >&2
    exit 1
}

toolchain() {
    command -v cargo >/dev/null || fail "cargo is not on the path: install rustup, which reads rust-toolchain.toml"
    local channel
    channel=$(sed -n 's/^channel = "\(.*\)"$/\1/p' rust-toolchain.toml)
    if command -v rustup >/dev/null; then
        rustup toolchain list | grep -q "^$channel" ||
            rustup toolchain install "$channel" --profile minimal --component clippy,rustfmt --no-self-update
    fi
    rustc --version | grep -qF "rustc $channel " || fail "rustc is not $channel: install rustup, or that version"
    echo "setup: rustc $channel"
}

# The cryptography library is partly C.
compiler() {
    command -v "${CC:-cc}" >/dev/null || fail "\`${CC:-cc}\` is not on the path: install a C compiler"
    echo "setup: C compiler ${CC:-cc}"
}

deny() {
    if ! .tools/bin/cargo-deny --version 2>/dev/null | grep -qxF "cargo-deny $deny_version"; then
        cargo install --locked --root .tools --version "$deny_version" cargo-deny
    fi
    echo "setup: cargo-deny $deny_version"
}

case "${1:-}" in
    "") toolchain && compiler ;;
    deny) toolchain && deny ;;
    *) fail "unknown part \`$1\`: give none, or \`deny\`" ;;
esac
