#!/bin/sh
# The decoders with sanitizers, outside of the cage that these do not fit into: over the bombs, but those that use up their
# time or their stack, and with KEEPSAKE_CORPUS=FOLDER over the files in there. Only with KEEPSAKE_TEST_LONG=1. A process
# for every 40 files; what a sanitizer finds is told, with the files of its process.
#
#   sanitized_test.sh DECODE_PROGRAM WRITE_BOMBS
set -eu
[ "${KEEPSAKE_TEST_LONG-}" = 1 ] || { echo 'skipped: only with KEEPSAKE_TEST_LONG=1'; exit 77; }
program=$(realpath "$1") write_bombs=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/bombs"
"$write_bombs" "$work/bombs"
(cd "$work/bombs" && rm forms.pdf content.pdf picture.pdf filter.svg uses.svg nested.dcm)
# Leaks end with the reader, which is replaced after 500 files. No library is built with sanitizers: what they find stands in
# our code, or in memory that we hand to them.
export ASAN_OPTIONS="detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=1024:log_path=$work/found"
export UBSAN_OPTIONS=exitcode=99:print_stacktrace=1
find "$work/bombs" ${KEEPSAKE_CORPUS:+"$KEEPSAKE_CORPUS"} -type f -print0 | LC_ALL=C sort -z >"$work/files"
status=0
# shellcheck disable=SC2016
WORK=$work xargs -0 -n 40 -a "$work/files" sh -c '
    "$0" "$@" >"$WORK/said" 2>"$WORK/told" || { ended=$?; grep -q "runtime error" "$WORK/told" && cat "$WORK/told" >>"$WORK/found.undefined"
        echo "ended with $ended after: $(tail -n 1 "$WORK/said")"; }' "$program" || status=$?
for report in "$work"/found*; do
    # A word of memory that was not to be had is none.
    ! grep -qsE 'ERROR:|runtime error' "$report" || { status=1; echo 'FAILED: a sanitizer found'; head -n 40 "$report"; }
done
[ "$status" -eq 0 ] && echo "ok: $(tr -dc '\0' <"$work/files" | wc -c) files"
exit "$status"
