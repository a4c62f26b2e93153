#!/bin/sh
# Ctrl-C, and being told to end, at any moment: it ends soon, with its own exit code; what was acknowledged stands;
# nothing half-made stays; the next run goes on.
# shellcheck disable=SC2016
# shellcheck source=tests/program/support.sh
. "$(dirname "$0")/support.sh"
begin
run new archive
mkdir photos
i=0
while [ "$i" -lt 150 ]; do
    echo "$i" >"photos/$i"
    i=$((i + 1))
done
head -c 8000000 /dev/urandom >photos/film.mov
cp -a archive empty
cp -a state empty.state
run keep photos
cp -a archive full
cp -a state full.state
kept() { sed -nE 's/^(Stopped|Kept)\. ([0-9,]+) files? .*/\2/p; s/^Kept\. ([0-9,]+) files?\..*/\1/p' "$said/out" | tr -d ,; }

interrupt() {  # SIGNAL SECONDS ARGUMENT...
    signal=$1
    after=$2
    shift 2
    # A shell has its background jobs ignore Ctrl-C; a person's terminal does not.
    timeout "$most_seconds" env --default-signal=INT,QUIT "$keepsake" "$@" >"$said/out" 2>"$said/err" </dev/null &
    pid=$!
    sleep "$after"
    child=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null || true)
    # shellcheck disable=SC2086
    [ -z "$child" ] || kill -s "$signal" $child 2>/dev/null || true
    status=0
    wait "$pid" || status=$?
    sanitized
}
ends() {  # by itself before, or stopped; killed only before it did anything
    case $status in
        0 | 5) ;;
        130 | 143) [ ! -s "$said/out" ] ;;
        *) told ;;
    esac
}
stands() {
    run list
    exits 0 || return 1
    [ "$(wc -l <"$said/out")" -ge "${acknowledged:-0}" ] || { echo "$acknowledged acknowledged"; told; return 1; }
    gives_back_what_it_lists archive
}
moment=0
step=15
is_long && step=1
while [ "$moment" -lt 60 ]; do
    after=$(printf '0.%02d' "$moment")
    for signal in INT TERM; do
        rm -rf archive state
        cp -a empty archive
        cp -a empty.state state
        interrupt "$signal" "$after" keep photos
        acknowledged=$(kept)
        expect "keep, $signal after $after s: it ends" ends
        expect "keep, $signal after $after s: what was acknowledged stands" stands
        run keep photos
        expect "keep, $signal after $after s: it goes on" exits 0
        expect "keep, $signal after $after s: nothing stays behind" nothing_in_tmp archive
    done
    moment=$((moment + step))
done
rm -rf archive state
cp -a full archive
cp -a full.state state
acknowledged=151
moment=1
step=19
is_long && step=2
while [ "$moment" -lt 40 ]; do
    after=$(printf '0.%02d' "$moment")
    for command in 'get --all --to out' check tend 'key rotate --reseal' 'list --json'; do
        # shellcheck disable=SC2086
        interrupt INT "$after" $command
        expect "$command, after $after s: it ends" ends
        stray=$(find out -type f -name '.*' 2>/dev/null || true)
        expect "$command, after $after s: no part stays" [ -z "$stray" ]
        mkdir -p out/photos
        (cd out/photos && for file in *; do [ ! -e "$file" ] || cmp -s "$file" "../../photos/$file" || echo "$file"; done) >torn || true
        expect "$command, after $after s: what was given is whole" [ ! -s torn ]
        rm -rf out
        case $command in key*) expect "$command, after $after s: all stands" stands ;; esac
    done
    moment=$((moment + step))
done
run tend
expect 'nothing stays behind' nothing_in_tmp archive
run check
expect 'the archive is sound' exits 0
finish
