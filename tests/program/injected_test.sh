#!/bin/sh
# The real program, killed in a system call or given an error by one (strace), in everything that it writes: what was
# acknowledged is there, nothing half-made has a final name, and the next run goes on.
#
# KEEPSAKE_INJECT="keep fsync:error=EIO:when=3" tries that case alone. KEEPSAKE_TEST_LONG=1 tries thousands of
# the tens of thousands that there are, else a sample.
# shellcheck disable=SC2016
# shellcheck source=tests/program/support.sh
. "$(dirname "$0")/support.sh"
needs_strace
begin

# ---- what there is before, made once --------------------------------------------------------------------------
mkdir few many
for i in 1 2 3 4; do head -c "${i}7000" /dev/urandom >"few/$i.jpg"; done
cp few/1.jpg 'few/1 again.jpg'
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "$i" >"many/$i"; done
head -c 3000 /dev/zero | tr '\0' 'w' >long
age-keygen -o friend.txt 2>/dev/null
friend=$(age-keygen -y friend.txt)
head -c 40000 /dev/urandom >film.mov
run new archive
run keep film.mov
# A friend's way in, words, something let go, and a mirror that lacks a file.
run keep long
run key add "$friend" --name Friend
item=$("$keepsake" list --json film.mov </dev/null | jq -r .item)
gone=$("$keepsake" list --json long </dev/null | jq -r .item)
run words "$item" 'The film.'
run let-go "$gone"
expect 'there is an archive to begin with' [ "$(summary archive | wc -l)" -eq 4 ]
mv archive base
mv state base.state
mkdir empty empty.state

arguments_of() {  # OPERATION: one a line
    case $1 in
        new) printf '%s\n' new "$work/archive" ;;
        keep) printf '%s\n' keep "$work/few" ;;
        keep-many) printf '%s\n' keep "$work/many" ;;
        words) printf '%s\n' words "$item" 'Other words.' ;;
        long-words) printf '%s\n' words "$item" --from "$work/long" ;;
        let-go) printf '%s\n' let-go "$item" ;;
        bring-back) printf '%s\n' bring-back "$gone" ;;
        key-add) printf '%s\n' key add --recovery --name Paper ;;
        key-remove) printf '%s\n' key remove Friend ;;
        key-rotate) printf '%s\n' key rotate ;;
        key-reseal) printf '%s\n' key rotate --reseal ;;
        tend) printf '%s\n' tend ;;
        get) printf '%s\n' get --all --to "$work/out" ;;
    esac
}
start_over() {  # OPERATION
    rm -rf archive state out
    case $1 in
        new) mkdir state ;;
        *) cp -a base archive && cp -a base.state state ;;
    esac
    [ "$1" != tend ] || rm -rf archive/mirror/journal
}
with_arguments_of() {  # OPERATION COMMAND...: with the operation's arguments behind
    operation=$1
    shift
    arguments_of "$operation" >"$work/.arguments"
    while IFS= read -r argument; do set -- "$@" "$argument"; done <"$work/.arguments"
    "$@"
}

# ---- what must hold afterwards -----------------------------------------------------------------------------------
judge() {  # OPERATION
    if [ "$1" = new ] && ! "$keepsake" list >/dev/null 2>&1 </dev/null; then
        [ "$status" -ne 0 ] || { echo 'made, it was said, and it does not open'; return 1; }
        rm -rf archive  # an empty frame is not taken for an archive, and not made into one
    elif [ "$1" = get ]; then
        judge_given || return 1
    else
        summary archive >.now
        if [ "$status" -eq 0 ]; then
            diff ".after.$1" .now || { echo 'acknowledged, and not so'; return 1; }
        elif [ "$(wc -l <.now)" -lt "$(cat ".least.$1")" ] ||
            [ -n "$(comm -13 .now ".before.$1" | comm -23 - ".changed.$1")" ] || [ -n "$(comm -23 .now ".either.$1")" ]; then
            echo 'neither as before nor as afterwards:'
            cat .now
            return 1
        fi
        gives_back_what_it_lists archive || return 1
    fi
    go_on "$1"
}
judge_given() {
    mkdir -p out
    (cd out && find . -type f ! -name '.keepsake-*.part' -exec sha256sum {} +) | sort >.out
    [ -z "$(comm -23 .out .whole)" ] || { echo 'a file stands there that is not whole:'; cat .out; return 1; }
    [ "$status" -ne 0 ] || diff .whole .out
}
# The same once more, tending, checking; nothing may be left lying about.
go_on() {  # OPERATION
    with_arguments_of "$1" run
    case $1 in
        key-add | key-remove | new) ;;  # done already, perhaps
        *) [ "$status" -eq 0 ] || { echo 'the next run fails:'; told; return 1; } ;;
    esac
    run tend
    exits 0 || return 1
    run check
    exits 0 || return 1
    nothing_in_tmp archive || return 1
    [ "$1" = get ] || return 0
    (cd out && find . -type f ! -name '.keepsake-*.part' -exec sha256sum {} +) | sort >.out
    diff .whole .out
}

# ---- every case ---------------------------------------------------------------------------------------------------
watched='renameat2,renameat,fsync,fdatasync,syncfs,pwrite64,write,openat,unlinkat,unlink,mkdirat,close,flock,getdents64,pread64,ftruncate'
errors_of() {
    case $1 in
        renameat2 | renameat) echo EIO EROFS ENOSPC EINTR ;;
        fsync | fdatasync) echo EIO ENOSPC EDQUOT EINTR ;;
        syncfs) echo EIO ENOSPC ;;
        pwrite64) echo EIO ENOSPC EDQUOT EINTR ;;
        openat) echo EIO ENOSPC EROFS EINTR ;;
        unlinkat | unlink) echo EIO EROFS ;;
        mkdirat) echo EIO ENOSPC EROFS EDQUOT ;;
        close) echo EIO EINTR ENOSPC ;;
        flock) echo EINTR ENOLCK ;;
        getdents64 | pread64) echo EIO EINTR ;;
        ftruncate) echo EIO ENOSPC ;;
    esac
}
cases_of() {  # OPERATION: "OPERATION INJECTION" a line
    start_over "$1"
    summary archive >".before.$1" 2>/dev/null
    with_arguments_of "$1" count_calls "$watched" >.counts
    [ "$1" != get ] || (cd out && find . -type f -exec sha256sum {} +) | sort >.whole
    start_over "$1"
    with_arguments_of "$1" run
    [ "$status" -eq 0 ] || { echo "# $1 fails by itself" >&2; told >&2; }
    summary archive >".after.$1"
    sort -u ".before.$1" ".after.$1" >".either.$1"
    comm -23 ".before.$1" ".after.$1" >".changed.$1"
    wc -l <".before.$1" >".least.$1"
    [ "$(wc -l <".after.$1")" -ge "$(cat ".least.$1")" ] || wc -l <".after.$1" >".least.$1"
    while read -r call most; do
        first=1
        [ "$call" != openat ] || first=14  # the loader's, before the program begins
        n=$first
        while [ "$n" -le "$most" ]; do
            [ "$call" = pread64 ] || [ "$call" = getdents64 ] || echo "$1 $call:signal=SIGKILL:when=$n"
            for error in $(errors_of "$call"); do
                echo "$1 $call:error=$error:when=$n"
                # An interruption that never ends is none.
                [ "$error" = EINTR ] || echo "$1 $call:error=$error:when=$n+"
            done
            n=$((n + 1))
        done
    done <.counts
}
try() {  # OPERATION INJECTION
    start_over "$1"
    operation_tried=$1
    with_arguments_of "$1" run_injected "$2"
    told >.told || true
    if ! judge "$operation_tried" >.why 2>&1; then
        failures=$((failures + 1))
        echo "FAILED: KEEPSAKE_INJECT=\"$1 $2\" sh $0 $keepsake $on_terminal"
        sed 's/^/    /' .told .why
    fi
}

: >cases
for operation in new keep keep-many words long-words let-go bring-back key-add key-remove key-rotate key-reseal tend get; do
    cases_of "$operation" >>cases
done
total=$(wc -l <cases)
wanted=24
is_long && wanted=4000
if [ -n "${KEEPSAKE_INJECT:-}" ]; then
    echo "$KEEPSAKE_INJECT" >chosen
else
    # Spread over all of them by a step that has no factor in common with how they are ordered.
    awk -v wanted="$wanted" -v total="$total" '
        int(NR * wanted / total) != int((NR - 1) * wanted / total)' cases >chosen
fi
tried=0
while read -r operation injection <&3; do
    tried=$((tried + 1))
    try "$operation" "$injection"
done 3<chosen
echo "tried $tried of $total cases"
expect 'cases were found' [ "$tried" -gt 0 ]
finish
