# Two commands are enough: `make demo` shows what Keepsake does, `make test` proves it.
JOBS ?= 2
PHOTOS ?=
PREFIX ?= /usr/local
DESTDIR ?=
CXX_FILES = $$(find src apps tests fuzz bench \( -name '*.h' -o -name '*.cpp' \) 2>/dev/null)
SHELL_FILES = tools/*.sh tests/*.sh .ci/run packaging/archive/*.sh
CONFIGURE = cmake --log-level=WARNING --preset
BUILD = cmake --build --parallel $(JOBS) --preset
TEST = ctest --parallel $(JOBS) --output-on-failure --no-tests=error --preset

.PHONY: all setup build demo test test-long test-asan test-tsan lint format check-format install clean

all: build

setup:
	@tools/setup.sh build test

build:
	@tools/setup.sh build
	@$(CONFIGURE) release -DKEEPSAKE_BUILD_TESTS=OFF
	@$(BUILD) release

# PHOTOS=folder shows it with your own pictures; they are only read.
demo: build
	@tools/setup.sh demo
	@tools/demo.sh build/release/keepsake $(if $(PHOTOS),"$(PHOTOS)")

test: setup check-format
	@$(CONFIGURE) release -DKEEPSAKE_BUILD_TESTS=ON
	@$(BUILD) release
	@$(TEST) release

# The same tests with many more random cases each.
test-long: setup
	@$(CONFIGURE) release -DKEEPSAKE_BUILD_TESTS=ON
	@$(BUILD) release
	@KEEPSAKE_TEST_LONG=1 RC_PARAMS="max_success=2000" $(TEST) release --timeout 3600

test-asan: setup
	@$(CONFIGURE) asan-ubsan
	@$(BUILD) asan-ubsan
	@$(TEST) asan-ubsan

test-tsan: setup
	@$(CONFIGURE) tsan
	@$(BUILD) tsan
	@$(TEST) tsan

check-format:
	@clang-format-19 --dry-run -Werror $(CXX_FILES)
	@shellcheck -x $(SHELL_FILES)

format:
	@clang-format-19 -i $(CXX_FILES)

lint: check-format
	@tools/setup.sh build test lint
	@$(CONFIGURE) release -DKEEPSAKE_BUILD_TESTS=ON
	@run-clang-tidy-19 -quiet -j $(JOBS) -p build/release '$(CURDIR)/(src|apps|tests|fuzz|bench)/.*\.cpp$$'

install: build
	install -D -m 755 build/release/keepsake "$(DESTDIR)$(PREFIX)/bin/keepsake"
	install -D -m 644 packaging/keepsake.1 "$(DESTDIR)$(PREFIX)/share/man/man1/keepsake.1"
	install -D -m 644 packaging/keepsake.bash-completion \
	    "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/keepsake"

clean:
	rm -rf build
