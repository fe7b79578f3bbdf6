#!/usr/bin/env bash
# Makes a checkout ready to build and test. May be run again at any time.
#
#   scripts/setup.sh         the pinned Rust toolchain, a C compiler, and the client that tests the language server, in
#                            .tools/venv: what `make test` needs
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

# The language server is tested by a client that is not ours. It is written in Python.
client() {
    local venv=.tools/venv pinned=tests/lsp/requirements.txt
    # The list is copied last, so that what was interrupted is made anew.
    if ! cmp -s "$pinned" "$venv/requirements.txt" || ! "$venv/bin/python" -c "import pygls" 2>/dev/null; then
        command -v python3 >/dev/null || fail "python3 is not on the path: install Python 3.10 or newer"
        rm -rf "$venv"
        python3 -m venv "$venv" || fail "python3 cannot make environments: install its package \`venv\`"
        "$venv/bin/python" -m pip install --quiet --no-deps --only-binary :all: --requirement "$pinned"
        cp "$pinned" "$venv/requirements.txt"
    fi
    echo "setup: client of the language server in $venv"
}

deny() {
    if ! .tools/bin/cargo-deny --version 2>/dev/null | grep -qxF "cargo-deny $deny_version"; then
        cargo install --locked --root .tools --version "$deny_version" cargo-deny
    fi
    echo "setup: cargo-deny $deny_version"
}

case "${1:-}" in
    "") toolchain && compiler && client ;;
    deny) toolchain && deny ;;
    *) fail "unknown part \`$1\`: give none, or \`deny\`" ;;
esac
