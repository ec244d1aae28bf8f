# Each target is one line into cargo or a script of tools/. `make demo` and `make test` install what they need.
.DEFAULT_GOAL := help
# No target is a file.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*\#\# .*/\1/p' Makefile)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | awk -F '\t' '{ printf "make %-18s %s\n", $$1, $$2 }'

demo: ## a pod's token becomes credentials, a secret is read, two refusals say why
	@tools/demo.sh

test: ## everything, lint included
	@tools/test.sh

test-core: ## the inner loop of core
	cargo test -q -p irsa-core

test-trust: ## the inner loop of trust
	cargo test -q -p irsa-trust

test-vectors: ## the vector sets, natively: `make test-vectors SETS="rfc7515 timestamps"` for some
	cargo run -q -p irsa-vectors -- $(SETS)

test-wasm: ## the vector sets through the wasm build, compared with the native run
	@tools/wasm.sh test $(SETS)

test-local: ## the inner loop of the local issuer, STS and services
	cargo test -q -p irsa-local

test-vectors-c: ## the vector sets through libirsa.so, compared with the native run
	@tools/vectors_c.sh $(SETS)

test-cli: ## the inner loop of the host and the command
	cargo test -q -p irsa -p irsa-cli

test-c: ## libirsa's tests in C: plain, under ASan and UBSan, under valgrind: `make test-c TESTS="misuse null"` for some
	@tools/c.sh $(TESTS)

test-soak: ## 32 threads on one provider for 3 minutes, an STS that fails: `IRSA_SOAK=SECONDS` for another time
	cargo run -q -p irsa-soak

test-clients: ## SDKs of others against irsa-local and irsa serve: `make test-clients SDKS="boto3 aws services go js java curl"` for some
	@tools/clients.sh $(SDKS)

test-ministack: ## irsa against ministack
	@tools/judge.sh ministack

test-moto: ## irsa against moto with its authorisation on
	@tools/judge.sh moto

test-minio: ## irsa against MinIO's STS and S3, which Go builds once (minutes)
	@tools/judge.sh minio

test-kube: ## irsa on tokens of a real kube-apiserver, which Go builds once (ten minutes)
	@tools/judge.sh kube

test-differential: ## generated requests signed by irsa, aws-sigv4 and botocore: `make test-differential ARGS="--case 7"` for one
	@tools/differential.sh $(ARGS)

test-long: ## what needs more than the minutes of `make test`
	@tools/test.sh --long

bench: ## measurements, one table
	@tools/bench.sh

bench-instructions: ## instructions of signing, verifying and an exchange, held against the committed counts
	@tools/instructions.sh $(ARGS)

lint: ## format, clippy, MSRV, purity, unused dependencies, licences and bans
	@tools/lint.sh

test-schemas: ## what --json prints, against docs/schemas
	@tools/judge.sh schemas

test-c-examples: ## the examples of libirsa, built and run: `make test-c-examples EXAMPLES="filter epoll"` for some
	@tools/examples_c.sh $(EXAMPLES)

test-fuzz: ## every fuzz target on its corpus, then 100,000 executions; TARGETS="token flow" for some
	@tools/fuzz.sh $(TARGETS)

fuzz: ## ten minutes for every fuzz target, and a hundred times as many spoilt texts as `make test` tries
	@tools/fuzz.sh --long $(TARGETS)
	IRSA_LONG=1 cargo test -q -p irsa-pure --test hostile -- --nocapture

man: ## man pages of every command, into target/man
	cargo build -q --locked -p irsa-cli && tools/man.py target/debug/irsa target/man

dist: ## static commands for x86_64 and aarch64, an OCI image, checksums: target/dist
	@tools/dist.sh

errors: ## write anew what is made from core/errors.toml
	IRSA_BLESS=1 cargo test -q -p irsa-errors

header: ## write irsa.h anew
	IRSA_BLESS=1 cargo test -q -p irsa-ffi --test header

abi: ## write ffi/c/abi.h anew, where irsa.h breaks no program
	python3 tools/abi.py --bless

libirsa: ## libirsa.so and libirsa.a, into target/libirsa
	@ffi/c/install.sh --build

install: ## libirsa, its header, pkg-config and CMake files: DESTDIR=… PREFIX=… LIBDIR=…
	@DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" LIBDIR="$(LIBDIR)" ffi/c/install.sh

test-c-install: ## libirsa installed, moved, linked by gcc, pkg-config and CMake; the page docs/c.md, followed word for word
	@tools/c_install.sh
