# shellcheck shell=sh
# Sourced by the scripts beside it: what tests/cli/support.sh offers, and words for a program that is killed, given
# errors, or run where there is no room.
# shellcheck disable=SC2034
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/../cli/support.sh"

# How long the program may take for one command; ctest says how much longer with a sanitizer.
most_seconds=$((60 * ${KEEPSAKE_PATIENCE:-1}))
is_long() { [ -n "${KEEPSAKE_TEST_LONG:-}" ]; }

# Ends the script with the exit code by which ctest knows that a test was skipped.
skip() {
    echo "skipped: $1"
    [ "$failures" -eq 0 ] || exit 1
    exit 77
}
needs_strace() {
    command -v strace >/dev/null 2>&1 || skip 'strace is not installed'
    strace -f -qq -o /dev/null -e trace=close -e inject=close:error=EIO:when=1000 true 2>/dev/null ||
        skip 'strace may not trace programs here'
    # Leaks cannot be looked for under strace.
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
    export ASAN_OPTIONS
}

# An identity that opens, and where the archive stands by default.
begin() {
    age-keygen -o id.txt 2>/dev/null
    KEEPSAKE_IDENTITY_FILE=$work/id.txt KEEPSAKE_ARCHIVE=$work/archive
    export KEEPSAKE_IDENTITY_FILE KEEPSAKE_ARCHIVE
}

# Runs the program under strace with one injection, such as fsync:error=EIO:when=3.
run_injected() {  # INJECTION ARGUMENT...
    injection=$1
    shift
    status=0
    timeout "$most_seconds" strace -f -qq -o /dev/null -e trace="${injection%%:*}" -e inject="$injection" \
        "$keepsake" "$@" >"$said/out" 2>"$said/err" </dev/null || status=$?
    sanitized
}

# How often a system call is made by the thread that makes it most often: "renameat2 6" a line.
count_calls() {  # CALLS ARGUMENT...
    calls=$1
    shift
    timeout "$most_seconds" strace -f -qq -o "$work/.calls" -e trace="$calls" "$keepsake" "$@" >/dev/null 2>&1 </dev/null || true
    awk '{ sub(/\(.*/, "", $2); if ($2 ~ /^[a-z0-9_]+$/) count[$1 " " $2]++ }
        END {
            for (key in count) { split(key, part, " "); if (count[key] > most[part[2]]) most[part[2]] = count[key] }
            for (call in most) print call, most[call]
        }' "$work/.calls" | sort
}

# What an archive says, without what is random or of today: a line for each file and each way in.
summary() {  # ARCHIVE
    {
        for which in '' --let-go; do
            # shellcheck disable=SC2086
            "$keepsake" list --json $which --archive "$1" </dev/null 2>/dev/null |
                jq -r --arg which "$which" '. as $item | .files[] |
                    [$which, .folder, .name, .sha256, ($item.cover // ""), ($item.words // [] | tostring)] | @json'
        done
        "$keepsake" key list --archive "$1" </dev/null 2>/dev/null |
            sed -E 's/^[0-9a-f]+ +//; s/ +\(opened this now\)//; s/[0-9]{4}-[0-9]{2}-[0-9]{2}//'
    } | sort
}

nothing_in_tmp() { [ -z "$(find "$1/tmp" -type f ! -name reserve 2>/dev/null)" ] || { find "$1/tmp"; return 1; }; }

# All that is kept comes back, and each file has the bytes that the list names.
gives_back_what_it_lists() {  # ARCHIVE
    rm -rf "$work/.given"
    "$keepsake" get --all --to "$work/.given" --archive "$1" >"$work/.get" 2>&1 </dev/null || { cat "$work/.get"; return 1; }
    "$keepsake" list --json --archive "$1" 2>/dev/null </dev/null | jq -r '.files[].sha256' | sort >"$work/.listed"
    find "$work/.given" -type f -exec sha256sum {} + 2>/dev/null | sed 's/^\\//' | cut -d ' ' -f 1 | sort >"$work/.found"
    diff "$work/.listed" "$work/.found"
}

# Runs the script again where it may mount: in a namespace of its own, which ends with it.
needs_mounts() {  # SCRIPT PROGRAM ON_TERMINAL
    [ -z "${KEEPSAKE_MAY_MOUNT:-}" ] || return 0
    cd "$OLDPWD"
    for way in '-Urm' '-m'; do
        # shellcheck disable=SC2086
        unshare $way mount -t tmpfs -o size=64k keepsake-test "$work" 2>/dev/null || continue
        KEEPSAKE_MAY_MOUNT=1 unshare "$way" sh "$@" && status=0 || status=$?
        exit "$status"
    done
    cd "$work"
    skip 'nothing may be mounted here (no user namespaces, not root)'
}
mount_disk() {  # SIZE FOLDER
    mkdir -p "$2"
    mount -t tmpfs -o "size=$1" keepsake-test "$2"
}
unmount_all() {
    grep -F " $work/" /proc/self/mounts | cut -d ' ' -f 2 | sort -r | while read -r folder; do umount -l "$folder"; done
}
trap 'unmount_all; chmod -R u+rwX "$work" 2>/dev/null; rm -rf "$work"' EXIT
