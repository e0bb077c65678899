# A thin wrapper over CMake: `make run` and `make test` install what is missing on a Debian machine.
PREFIX ?= /usr/local
BUILD ?= build
PORT ?= 8000

.PHONY: all deps build run test test-clients bench fuzz soak install asan tsan clean

all: build

deps:
	@tools/install-deps.sh

build: deps
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=Release >$(BUILD).log 2>&1 || (cat $(BUILD).log; exit 1)
	@rm -f $(BUILD).log
	@cmake --build $(BUILD)

clean:
	rm -rf $(BUILD)
