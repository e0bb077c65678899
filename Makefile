# A thin wrapper over CMake: `make run` and `make test` install what is missing on a Debian machine.
PREFIX ?= /usr/local
BUILD ?= build
PORT ?= 8000
JOBS ?= $(shell nproc)

.PHONY: all deps build run test test-unit test-api test-clients test-servers form asan tsan bench fuzz soak coverage valgrind install docs clean

all: build

deps:
	@tools/install-deps.sh

build: deps
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
	@cmake --build $(BUILD) -j $(JOBS)

run: build
	@tools/run.sh $(BUILD) $(PORT)

test: build
	@cmake --build $(BUILD) -j $(JOBS) --target unit_tests
	@tools/test.sh $(BUILD)

form: build
	@python3 tools/check_form.py $(BUILD)

test-clients: build
	@tests/clients/run.sh

# our client against moto and dynalite
test-servers: build
	@tests/servers/run.sh $(BUILD)

# the unit tests and the behaviour tests again, under the sanitizers
asan: deps
	@cmake -S . -B build-asan -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCYN_ASAN=ON >/dev/null
	@cmake --build build-asan -j $(JOBS) --target all unit_tests
	@tools/test.sh build-asan

tsan: deps
	@cmake -S . -B build-tsan -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCYN_TSAN=ON >/dev/null
	@cmake --build build-tsan -j $(JOBS) --target all unit_tests
	@tools/test-tsan.sh build-tsan

fuzz: deps
	@CYN_EXTRA_PACKAGES="clang llvm libclang-rt-14-dev" tools/install-deps.sh
	@tools/fuzz.sh

bench: build
	@CYN_EXTRA_PACKAGES="wrk" tools/install-deps.sh
	@tools/bench.sh $(BUILD)

# line and branch coverage of src/ by folder
coverage: deps
	@tools/coverage.sh build-coverage

# the unit tests under Valgrind; the examples run under it in `make test`
valgrind: build
	@CYN_EXTRA_PACKAGES="valgrind" tools/install-deps.sh
	@cmake --build $(BUILD) -j $(JOBS) --target unit_tests
	@tools/test-valgrind.sh $(BUILD)

soak: build
	@CYN_EXTRA_PACKAGES="clang llvm libclang-rt-14-dev" tools/install-deps.sh
	@cmake --build $(BUILD) -j $(JOBS) --target unit_tests
	@tools/soak.sh $(BUILD)

docs: build
	@python3 -B tools/generate_api.py --docs src/api/dynamodb.api docs/operations.md

install: build
	@cmake --install $(BUILD) --prefix $(PREFIX)

clean:
	rm -rf $(BUILD) build-asan build-tsan build-fuzz build-coverage
