#!/usr/bin/env bash
# Makes a checkout ready to build and test. May be run again at any time.
#
#   scripts/setup.sh         what `make test` needs: the pinned Rust toolchain, a C compiler, the client that tests the
#                            language server, in .tools/venv, the identity provider that tests run, in tests/idp, the decision
#                            point that they ask, in tests/pdp, and the servers that they keep labels in, of the path or else
#                            of Debian, in .tools/servers
#   scripts/setup.sh deny    cargo-deny into .tools/, which `make deny`, `make audit` and `make ci` need
#   scripts/setup.sh keycloak
#                            Keycloak into .tools/, which `make e2e-keycloak` needs; from MAVEN_REPOSITORY, a copy of Maven
#                            Central, if that is set
set -euo pipefail
cd "$(dirname "$0")/.."

deny_version=0.20.2
keycloak_version=26.7.3
keycloak_sha256=77657f30b7e90d70f727712ce1c967f430fd6a5e9f458d32d8c6df0635345f47

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

# Tokens are tested with an identity provider that is not ours. It is written in JavaScript.
provider() {
    local folder=tests/idp oldest=20.20.0
    command -v node >/dev/null || fail "node is not on the path: install Node.js ${oldest%.0} or newer"
    command -v npm >/dev/null || fail "npm is not on the path: install it, or a Node.js that comes with it"
    local node
    node=$(node --version)
    printf '%s\n' "$oldest" "${node#v}" | sort -C -V || fail "node is $node: install Node.js ${oldest%.0} or newer"
    # As above.
    if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/installed.json"; then
        npm ci --prefix "$folder" --loglevel=error >/dev/null || fail "npm cannot install what $folder/package-lock.json lists"
        cp "$folder/package-lock.json" "$folder/node_modules/installed.json"
    fi
    echo "setup: identity provider in $folder, node $node"
}

# Decisions are tested with a decision point that is not ours. npm has it for this system alone.
decision_point() {
    local folder=tests/pdp
    if [ "$(uname -sm)" != "Linux x86_64" ]; then
        echo "setup: no decision point for $(uname -sm): its tests are left out"
        return
    fi
    # As above.
    if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/installed.json"; then
        npm ci --prefix "$folder" --loglevel=error >/dev/null || fail "npm cannot install what $folder/package-lock.json lists"
        cp "$folder/package-lock.json" "$folder/node_modules/installed.json"
    fi
    echo "setup: decision point in $folder"
}

# Stores of labels are tested with servers that are not ours. Nothing of them is installed outside of .tools.
servers() {
    server redis-server 7 bookworm redis-server redis-tools
    server valkey-server 8 bookworm-backports valkey-server valkey-tools
}

# A server of that major version: the one on the path, or that of a suite of Debian, from these packages.
server() {
    local name=$1 major=$2 suite=$3 tool=.tools/bin/$1
    shift 3
    if is_major "$major" "$name"; then
        rm -f "$tool"
        echo "setup: $name $major of the path"
        return
    fi
    if ! is_major "$major" "$tool"; then
        local home=.tools/servers/$name instead="install $name $major, so that it is on the path"
        grep -qx "VERSION_CODENAME=bookworm" /etc/os-release 2>/dev/null || fail "$name $major is not on the path: $instead"
        rm -rf "$home" && mkdir -p "$home" .tools/bin
        debian "$home/packages" "$suite" "$@" libjemalloc2 liblzf1 || fail "Debian does not give $name: $instead"
        local package
        for package in "$home"/packages/*.deb; do dpkg-deb --extract "$package" "$home"; done
        rm -rf "$home/packages"
        # The libraries that it brings are found beside it.
        local libraries
        libraries=$(dirname "$(find "$PWD/$home/usr/lib" -name 'liblzf.so.1')")
        printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "'$libraries'" "'$PWD/$home/usr/bin/$name'" >"$tool"
        chmod +x "$tool"
        is_major "$major" "$tool" || fail "$name of $suite is not $major, or does not run: $instead"
    fi
    echo "setup: $name $major in .tools"
}

is_major() {
    "$2" --version 2>/dev/null | grep -qE " v=$1\."
}

# Downloads packages of a suite, with lists and keys of its own: what this machine has installed stays as it is.
debian() {
    local folder=$PWD/$1 suite=$2
    shift 2
    mkdir -p "$folder/lists/partial" "$folder/archives/partial"
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg from=http://deb.debian.org/debian
    printf 'deb [signed-by=%s] %s %s main\n' "$keys" "$from" "$suite" >"$folder/sources.list"
    [ "$suite" = bookworm ] || printf 'deb [signed-by=%s] %s bookworm main\n' "$keys" "$from" >>"$folder/sources.list"
    local options=(-qq -o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State=$folder"
        -o Dir::State::status=/dev/null -o "Dir::Cache=$folder" -o APT::Sandbox::User= -o "APT::Default-Release=$suite")
    apt-get "${options[@]}" update && (cd "$folder" && apt-get "${options[@]}" download "$@")
}

deny() {
    if ! .tools/bin/cargo-deny --version 2>/dev/null | grep -qxF "cargo-deny $deny_version"; then
        cargo install --locked --root .tools --version "$deny_version" cargo-deny
    fi
    echo "setup: cargo-deny $deny_version"
}

keycloak() {
    local home=.tools/keycloak name=keycloak-quarkus-dist
    local from="${MAVEN_REPOSITORY:-https://repo1.maven.org/maven2}/org/keycloak/$name/$keycloak_version"
    command -v java >/dev/null || fail "java is not on the path: install Java 17 or newer"
    # The digest is written last, so that what was interrupted is made anew.
    if ! grep -qxF "$keycloak_sha256" "$home/installed" 2>/dev/null; then
        rm -rf "$home" && mkdir -p "$home"
        curl --fail --silent --show-error --location --output "$home/archive" "$from/$name-$keycloak_version.tar.gz"
        sha256 "$home/archive" | grep -qxF "$keycloak_sha256" || fail "$from does not have Keycloak $keycloak_version"
        tar -xzf "$home/archive" -C "$home" --strip-components 1
        rm "$home/archive"
        echo "$keycloak_sha256" >"$home/installed"
    fi
    echo "setup: Keycloak $keycloak_version in $home"
}

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

case "${1:-}" in
    "") toolchain && compiler && client && provider && decision_point && servers ;;
    deny) toolchain && deny ;;
    keycloak) toolchain && compiler && keycloak ;;
    *) fail "unknown part \`$1\`: give none, \`deny\` or \`keycloak\`" ;;
esac
