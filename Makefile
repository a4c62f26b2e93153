# Two commands are enough: `make demo` shows what Keepsake does, `make test` proves it.
JOBS ?= 2
# One more than there are cores: browsers and servers are waited for.
TEST_JOBS ?= 3
PHOTOS ?=
PREFIX ?= /usr/local
DESTDIR ?=
CXX_FILES = $$(find src apps tests fuzz bench \( -name '*.h' -o -name '*.cpp' \) 2>/dev/null)
SHELL_FILES = bench/keep bench/scale bench/pages bench/parity bench/previews bench/*.sh tools/*.sh tests/*.sh tests/*/*.sh .ci/run packaging/archive/*.sh packaging/systemd/tell-check
CONFIGURE = cmake --log-level=WARNING --preset
BUILD = cmake --build --parallel $(JOBS) --preset
# How long each target is fuzzed; FUZZ names some of them, else all are.
FUZZ_SECONDS ?= 60
FUZZ ?=
TEST = ctest --parallel $(TEST_JOBS) --output-on-failure --no-tests=error --preset

.PHONY: all setup build demo test test-long test-asan test-tsan fuzz lint format check-format screenshots install uninstall deb clean

all: build

setup:
	@tools/setup.sh build test package

build:
	@tools/setup.sh build
	@tools/pages.sh build
	@$(CONFIGURE) release -DKEEPSAKE_BUILD_TESTS=OFF >/dev/null
	@$(BUILD) release

# PHOTOS=folder shows it with your own pictures; they are only read.
demo: build
	@$(if $(PHOTOS),,tools/setup.sh demo)
	@tools/demo.sh build/release/keepsake $(if $(PHOTOS),"$(PHOTOS)")

test: setup check-format
	@tools/pages.sh build
	@$(CONFIGURE) release -DKEEPSAKE_BUILD_TESTS=ON >/dev/null
	@$(BUILD) release
	@$(TEST) release

# The same tests with many more random cases each, a minute for each fuzzer, and the decoders with sanitizers.
# KEEPSAKE_CORPUS=folder: of files that decoders are tried on.
test-long: setup fuzz
	@tools/pages.sh build
	@$(CONFIGURE) release -DKEEPSAKE_BUILD_TESTS=ON >/dev/null
	@$(BUILD) release
	@KEEPSAKE_TEST_LONG=1 RC_PARAMS="max_success=2000" $(TEST) release --timeout 3600
	@$(CONFIGURE) asan-ubsan >/dev/null
	@$(BUILD) asan-ubsan --target decode_program write_bombs
	@KEEPSAKE_TEST_LONG=1 $(TEST) asan-ubsan -R '^reader.sanitized$$'

test-asan: setup
	@tools/pages.sh build
	@$(CONFIGURE) asan-ubsan >/dev/null
	@$(BUILD) asan-ubsan
	@$(TEST) asan-ubsan

test-tsan: setup
	@tools/pages.sh build
	@$(CONFIGURE) tsan >/dev/null
	@$(BUILD) tsan
	@$(TEST) tsan

# Every parser against what libFuzzer makes up (fuzz/target.h); what it learns stays in build/fuzz/found.
fuzz:
	@tools/setup.sh build fuzz
	@$(CONFIGURE) fuzz
	@$(BUILD) fuzz --target keepsake_fuzz
	@JOBS=$(JOBS) tools/fuzz.sh build/fuzz/fuzz/keepsake_fuzz build/fuzz/found $(FUZZ_SECONDS) $(FUZZ)

check-format:
	@clang-format-19 --dry-run -Werror $(CXX_FILES)
	@shellcheck -x $(SHELL_FILES)
	@tools/pages.sh check

format:
	@clang-format-19 -i $(CXX_FILES)
	@cd web && npm run --silent format

# Every page, light, dark and of a phone's size, by chromium: docs/screens.
screenshots:
	@tools/setup.sh build test
	@tools/pages.sh screens

# The program that only clang builds, with libFuzzer in it, is read as that build reads it.
lint: check-format
	@tools/setup.sh build test fuzz lint
	@$(CONFIGURE) release -DKEEPSAKE_BUILD_TESTS=ON >/dev/null
	@tools/lint.sh build/release $(JOBS)
	@$(CONFIGURE) fuzz >/dev/null
	@tools/lint.sh build/fuzz $(JOBS) '^fuzz/libfuzzer_main'

# What was built is installed, for whoever may write there: `make install PREFIX=$$HOME/.local` needs no root.
# DESTDIR, for packagers: the folder that stands for / while a package is made.
install:
	@test -x build/release/keepsake || $(MAKE) build
	@umask 022 && DESTDIR="$(DESTDIR)" cmake --install build/release --prefix "$(PREFIX)" --strip
	@rm -f build/release/install_manifest.txt

uninstall:
	@test -x build/release/keepsake || $(MAKE) build
	@tools/uninstall.sh build/release "$(DESTDIR)" "$(PREFIX)"

# A package for Debian 12 and its kin: sudo apt install ./build/release/keepsake_*.deb
deb: build
	@tools/setup.sh package
	@umask 022 && cd build/release && cpack -G DEB

clean:
	rm -rf build web/dist web/dist-guest
