# shellcheck shell=sh
# Sourced by the scripts beside it, with the paths of the program and of tests/support/on_terminal as their arguments:
# a place to work in that is removed again, and words to say what is expected.
# shellcheck disable=SC2034
set -eu
LC_ALL=C.UTF-8
TZ=UTC
export LC_ALL TZ
keepsake=$(realpath "${1:?usage: $0 PROGRAM ON_TERMINAL}")
on_terminal=$(realpath "${2:?usage: $0 PROGRAM ON_TERMINAL}")
work=$(mktemp -d)
said=$work/.said
mkdir "$said"
trap 'chmod -R u+rwX "$work" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
unset KEEPSAKE_ARCHIVE KEEPSAKE_PASSPHRASE_FILE KEEPSAKE_IDENTITY_FILE XDG_STATE_HOME
KEEPSAKE_STATE=$work/state
export KEEPSAKE_STATE
# What a sanitizer finds stands in files, for `finish`: by its exit code alone it could pass for a refusal. GCC's UBSan
# writes to no file but when it stands alone, and has an exit code of its own instead (see `sanitized`).
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}log_path=$said/sanitizer
UBSAN_OPTIONS=${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}exitcode=99
TSAN_OPTIONS=${TSAN_OPTIONS:+$TSAN_OPTIONS:}log_path=$said/sanitizer
export ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS
cd "$work"
failures=0

sanitized() { [ "$status" -ne 99 ] || cat "$said/err" >>"$said/sanitizer.undefined"; }

# Runs the program without a terminal: out, err, status.
run() {
    status=0
    "$keepsake" "$@" >"$said/out" 2>"$said/err" </dev/null || status=$?
    sanitized
}

# Runs a command of the shell on a terminal of its own, typing TEXT (with \n) ahead, and more once something has stood
# on the screen: out, status.
typing() {  # TEXT COMMAND [--after SHOWN TEXT]...
    status=0
    typed=$1
    command=$2
    shift 2
    "$on_terminal" "$command" "$typed" "$@" >"$said/out" 2>"$said/err" </dev/null || status=$?
}

# Waits until a command succeeds; a minute at most (more with a sanitizer), however busy the machine is.
until_so() {  # COMMAND...
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -lt $((3000 * ${KEEPSAKE_PATIENCE:-1})) ] || { echo "FAILED: waiting for: $*"; exit 1; }
        sleep 0.02
    done
}

expect() {  # WHAT COMMAND...: the command succeeds
    what=$1
    shift
    if "$@" >"$work/expect.out" 2>&1; then
        echo "ok: $what"
    else
        failures=$((failures + 1))
        echo "FAILED: $what"
        sed 's/^/    /' "$work/expect.out"
    fi
}

told() {
    echo "exit code $status"
    sed 's/^/out: /' "$said/out"
    sed 's/^/err: /' "$said/err"
    return 1
}
exits() { [ "$status" -eq "$1" ] || told; }
out_is() { [ "$(cat "$said/out")" = "$1" ] || told; }
err_is() { [ "$(cat "$said/err")" = "$1" ] || told; }
out_has() { grep -qF -e "$1" "$said/out" || told; }
err_has() { grep -qF -e "$1" "$said/err" || told; }
out_lacks() { ! grep -qF -e "$1" "$said/out" || told; }
err_is_one_line() { [ "$(wc -l <"$said/err")" -eq 1 ] || told; }
out_is_empty() { [ ! -s "$said/out" ] || told; }
err_is_empty() { [ ! -s "$said/err" ] || told; }

# Names, sizes, times to the nanosecond, and bytes of all files in a folder.
listing() { (cd "$1" && find . -type f -printf '%P %s %T@ ' -exec sha256sum {} \; | sort); }
same_trees() { listing "$1" >"$work/listing.1"; listing "$2" >"$work/listing.2"; diff "$work/listing.1" "$work/listing.2"; }
unchanged() { listing "$1" >"$work/listing.1"; diff "$work/listing.1" "$2"; }

finish() {
    for report in "$said"/sanitizer.*; do
        [ ! -e "$report" ] || { failures=$((failures + 1)); echo 'FAILED: a sanitizer found'; cat "$report"; }
    done
    [ "$failures" -eq 0 ] || { echo "$failures failed"; exit 1; }
}
