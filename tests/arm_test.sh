#!/bin/sh
# The recovery sets' code on another processor: built for 64-bit ARM by Debian's cross compiler, run by qemu, and its set
# verified by Debian's par2 before a file is damaged and after it was repaired. Only with KEEPSAKE_TEST_LONG=1, and where
# these are installed: g++-12-aarch64-linux-gnu qemu-user-static.
set -eu
skip() { echo "skipped: $*"; exit 77; }
[ "${KEEPSAKE_TEST_LONG-}" = 1 ] || skip 'only with KEEPSAKE_TEST_LONG=1'
for tool in aarch64-linux-gnu-g++-12 qemu-aarch64-static par2; do
    command -v "$tool" >/dev/null 2>&1 || skip "$tool is not here"
done
source=$(realpath "$(dirname "$0")/..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"
for file in "$source"/src/base/*.cpp "$source"/src/os/*.cpp "$source"/src/parity/*.cpp "$source/bench/parity_program.cpp"; do
    case $file in *_test.cpp) continue ;; esac
    aarch64-linux-gnu-g++-12 -std=c++23 -O1 -I"$source/src" -c "$file" -o "$(basename "$file" .cpp).o"
done
aarch64-linux-gnu-g++-12 -static -o parity ./*.o -lpthread
parity() { qemu-aarch64-static ./parity "$@"; }

mkdir files
head -c 3000000 /dev/urandom >files/one
head -c 1500000 /dev/urandom >files/two
sha256sum files/* >sums
parity create files set.par2
par2 verify -q -q -B files set.par2 || { echo 'FAILED: par2 does not take the set for whole'; exit 1; }
printf damage | dd of=files/one bs=1 seek=100000 conv=notrunc status=none
! sha256sum --status -c sums || { echo 'FAILED: nothing was damaged'; exit 1; }
parity repair files set.par2
sha256sum -c sums
