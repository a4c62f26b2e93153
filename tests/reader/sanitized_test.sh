#!/bin/sh
# The decoders with sanitizers, outside of the cage that these do not fit into: over the bombs, but those that use up their
# time or their stack, and with KEEPSAKE_CORPUS=FOLDER over the files in there. Only with KEEPSAKE_TEST_LONG=1. What a
# sanitizer finds fails it.
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
# Where a process ends before its last file, each of its files gets one of its own: a library may give up (that costs a
# preview), and what it gave up on must not hide what comes after it.
cat >"$work/batch" <<'EOF'
#!/bin/sh
program=$1
shift
"$program" "$@" >"$WORK/said" 2>"$WORK/told" && exit 0
for file; do
    ended=0
    "$program" "$file" >"$WORK/said" 2>"$WORK/told" || ended=$?
    [ "$ended" -ne 0 ] || continue
    if grep -q 'runtime error' "$WORK/told"; then cat "$WORK/told" >>"$WORK/found.undefined"; fi
    echo "ended with $ended: $file"
done
EOF
WORK=$work xargs -0 -n 40 -a "$work/files" sh "$work/batch" "$program" || status=1
for report in "$work"/found*; do
    # A word of memory that was not to be had is none.
    ! grep -qsE 'ERROR:|runtime error' "$report" || { status=1; echo 'FAILED: a sanitizer found'; head -n 40 "$report"; }
done
[ "$status" -eq 0 ] && echo "ok: $(tr -dc '\0' <"$work/files" | wc -c) files"
exit "$status"
