# Every target works on a fresh machine: it installs, builds and fetches what it needs first.
# `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help demo test chaos lifecycle fuzz fuzz-body api-check bench-ingest bench-load bench-memory bench-udf lint fmt build engine oracle clean clean-data

# One line for each target.
help:
	@echo "make demo         run the main job on 336,776 real flights (under 3 minutes after the build)"
	@echo "make test         run everything CI runs: lint, every test, a short api-check, the demo"
	@echo "make chaos        kill a server KILLS=200 times under load (SEED=1), and count every event"
	@echo "make lifecycle    live SEEDS=200 random lives of versions, and compare their tables with a simple model"
	@echo "make fuzz         compile random migrations, and compare PAIRS=1000000 rows (SEED=1) with what Node and CPython make of them"
	@echo "make fuzz-body    feed the parser of bodies with anything for SECONDS=60, and check what it makes of it"
	@echo "make api-check    ask a server what its OpenAPI description allows and forbids (EXAMPLES=200, SEED=1)"
	@echo "make bench-ingest measure how fast events are accepted and stored, and how fresh the tables are"
	@echo "make bench-load   measure how long a new version pauses its tables (RUNS=100), and how fast rows are loaded"
	@echo "make bench-memory post EVENTS=10000000 events, and print the memory of the server on the way"
	@echo "make bench-udf    measure how many rows a second a migration in JavaScript and in Python takes"
	@echo "make lint         check format, clippy, licenses and the layers of the crates"
	@echo "make fmt          format the code"
	@echo "make build        build target/debug/antler"
	@echo "make engine       fetch the embedded ClickHouse engine, once for each machine"
	@echo "make clean-data   remove the demo's input and projects"
	@echo "make clean        remove what was built; the engine stays in the cache"

demo: build
	@scripts/tools.sh git python3 pip
	@scripts/demo.sh

test: lint build oracle
	cargo test --workspace --locked
	@scripts/tools.sh git python3 pip venv
	@EXAMPLES=25 scripts/schemathesis.sh --phases examples,coverage,fuzzing
	@scripts/demo.sh

# A short form of it is among the tests. The program with fail points is a file of its own.
KILLS ?= 200
SEED ?= 1
chaos: engine
	@scripts/tools.sh cargo cc git
	cargo build --locked --package antler --bin antler-failpoints --features failpoints
	cargo build --locked --package antler-chaos
	@cd $${CARGO_TARGET_DIR:-target}/debug && \
		./antler-chaos --kills $(KILLS) --seed $(SEED) --antler antler-failpoints

# A short form of it is among the tests.
SEEDS ?= 200
lifecycle: engine
	@scripts/tools.sh cargo cc
	SEEDS=$(SEEDS) cargo test --locked --package antler-server --test runtime lifecycle:: -- --nocapture

# A short form of it is among the tests.
PAIRS ?= 1000000
fuzz: engine oracle
	@scripts/tools.sh cargo cc node python3
	PAIRS=$(PAIRS) SEED=$(SEED) cargo test --locked --package antler-lang --test migration fuzz:: -- --nocapture

# libFuzzer needs a flag of the compiler that is not stable; RUSTC_BOOTSTRAP lets the stable one take it.
# Memory and the time for one input have limits. What was found before is kept, and tried first.
CARGO_FUZZ = 0.13.2
SECONDS ?= 60
fuzz-body:
	@scripts/tools.sh cargo cc c++
	@cargo fuzz --version 2>/dev/null | grep -q ' $(CARGO_FUZZ)$$' || cargo install --locked cargo-fuzz --version $(CARGO_FUZZ)
	@mkdir -p fuzz/corpus/body
	RUSTC_BOOTSTRAP=1 cargo fuzz run body fuzz/corpus/body fuzz/seeds/body -- \
		-dict=fuzz/body.dict -max_len=65536 -timeout=5 -rss_limit_mb=512 -malloc_limit_mb=64 \
		-max_total_time=$(SECONDS) -print_final_stats=1

# A short form of it is a part of `make test`.
EXAMPLES ?= 200
api-check: build
	@scripts/tools.sh git python3 venv
	@EXAMPLES=$(EXAMPLES) SEED=$(SEED) scripts/schemathesis.sh

bench-ingest: engine
	@scripts/tools.sh cargo cc curl git wrk
	cargo build --release --locked --package antler --package antler-bench
	@scripts/bench-ingest.sh

bench-load: engine
	@scripts/tools.sh cargo cc
	cargo build --release --locked --package antler-bench
	@scripts/bench-load.sh

bench-udf:
	@scripts/tools.sh cargo cc
	cargo run --release --locked --package antler-udf --example speed

bench-memory: engine
	@scripts/tools.sh cargo cc curl git
	cargo build --release --locked --package antler --package antler-bench
	@scripts/bench-memory.sh

lint:
	@scripts/tools.sh cargo cc rustfmt clippy python3
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy --package antler --package antler-server --features antler/failpoints --locked -- -D warnings
	@scripts/check-dependencies.py

fmt:
	@scripts/tools.sh cargo rustfmt
	cargo fmt --all
	cargo fmt --manifest-path fuzz/Cargo.toml

build: engine
	@scripts/tools.sh cargo cc
	cargo build --locked

engine:
	@scripts/tools.sh node npm
	@scripts/engine.sh

# TypeScript, for the tests that ask the language's own runtime.
oracle:
	@scripts/tools.sh node npm python3
	cd tests/oracle && npm ci --loglevel=error

clean-data:
	rm -rf target/demo

clean:
	cargo clean
	rm -rf fuzz/target
