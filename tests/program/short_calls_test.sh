#!/bin/sh
# Reads and writes that transfer a part, or are interrupted: everything goes as if they had not been.
# shellcheck disable=SC2016
# shellcheck source=tests/program/support.sh
. "$(dirname "$0")/support.sh"
shortening=${3:?usage: $0 PROGRAM ON_TERMINAL LIBRARY}
grep -qaE 'libasan|libtsan|__asan_init|__tsan_init' "$keepsake" && skip 'a sanitizer must be loaded first'
begin
LD_PRELOAD=$shortening
export LD_PRELOAD
LD_PRELOAD=$shortening sh -c 'head -c 100 /dev/zero | wc -c' >/dev/null 2>&1 || skip 'nothing may be loaded before the C library'
unset LD_PRELOAD
shortened() {
    status=0
    LD_PRELOAD=$shortening "$keepsake" "$@" >"$said/out" 2>"$said/err" </dev/null || status=$?
}
mkdir src
head -c 3000000 /dev/urandom >src/large
printf 'small' >src/small
: >src/empty
truncate -s 5000000 src/sparse
head -c 5000 /dev/zero | tr '\0' 'w' >words
shortened new archive
expect 'an archive is made' exits 0
shortened keep src
expect 'files are kept' out_is 'Kept. 4 files. Originals checked.'
shortened words "$("$keepsake" list --json small </dev/null | jq -r .item)" --from words
expect 'long words are' exits 0
shortened list
expect 'and listed' out_has large
shortened get --all --to out
expect 'and given back' exits 0
expect 'bit for bit' same_trees src out/src
shortened check
expect 'and sound' exits 0
run check
expect 'as without' exits 0
finish
