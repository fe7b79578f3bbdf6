.DEFAULT_GOAL := help
.PHONY: help setup build fmt lint test loom language-long fuzz e2e-keycloak bench examples demo doc deny audit ci
DENY := .tools/bin/cargo-deny

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
setup: ## check what a build needs, and install what the tests need; the pinned toolchain too if rustup is here
	@scripts/setup.sh
build: ## build everything
	cargo build --workspace --all-targets
fmt: ## format all sources
	cargo fmt --all
lint: ## check format and lints
	cargo fmt --all --check && cargo clippy --workspace --all-targets -- -D warnings
test: loom ## run all tests
	cargo test --workspace --no-fail-fast
loom: ## try every order in which threads may meet where the manager publishes
	CARGO_TARGET_DIR=target/loom RUSTFLAGS="--cfg loom" LOOM_MAX_PREEMPTIONS=3 cargo test -p cpex-core --lib publication::
language-long: ## check a million cases of each property of the language, or CPEX_CASES of them; takes hours
	CPEX_CASES=$${CPEX_CASES:-1000000} cargo test --release -p cpex-conformance --test language --test fuzz
fuzz: ## run the fuzz target TARGET until it finds something
	mkdir -p fuzz/found/$(TARGET) && cargo +nightly fuzz run $(TARGET) fuzz/found/$(TARGET) fuzz/corpus/$(TARGET)
e2e-keycloak: ## test with a Keycloak, which is fetched and needs Java 17 or newer
	@scripts/setup.sh keycloak
	cargo test -p cpex-conformance --test providers -- --ignored keycloak
bench: ## run the benchmarks
	cargo bench -p cpex-conformance
examples: ## build the examples
	cargo build --workspace --examples
demo: ## run the demonstration
	cargo run -p cpex-cli -- demo
doc: ## build the API documentation, warnings denied
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
deny: $(DENY) ## check licences, bans and sources of all dependencies
	$(DENY) check bans licenses sources
audit: $(DENY) ## check all dependencies against the advisory database, which is fetched
	$(DENY) check advisories
ci: lint test examples doc deny ## everything a change must pass
$(DENY):
	@scripts/setup.sh deny
