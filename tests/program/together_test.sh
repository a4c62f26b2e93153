#!/bin/sh
# Several programs at one archive at once: keeping, the same files too, from one computer and from two; and one that
# keeps while others list, check, give back and tend.
# shellcheck disable=SC2016
# shellcheck source=tests/program/support.sh
. "$(dirname "$0")/support.sh"
begin
run new archive
for folder in a b both; do
    mkdir "$folder"
    i=0
    while [ "$i" -lt 120 ]; do
        echo "$folder $i" >"$folder/$i"
        i=$((i + 1))
    done
    head -c 3000000 /dev/urandom >"$folder/large"
done
start() {  # NAME ARGUMENT...: in the background
    name=$1
    shift
    "$keepsake" "$@" >"$said/$name.out" 2>"$said/$name.err" </dev/null &
    eval "pid_$name=$!"
}
pid_keeping=
ended_well() {  # NAME
    eval "wait \$pid_$1" && return 0
    echo "exit code $?"
    cat "$said/$1.out" "$said/$1.err"
    return 1
}
names_of() { "$keepsake" list --json </dev/null | jq -r '.files[] | .folder + "/" + .name' | sort; }
list_wanted() { find "$@" -type f | sort >wanted; }

# ---- one computer, two programs --------------------------------------------------------------------------------
start one keep a both
start two keep b both
expect 'one of two that keep ends well' ended_well one
expect 'and so does the other' ended_well two
names_of | uniq >listed
list_wanted a b both
expect 'all of it is kept' diff wanted listed
run get --all --to out
for folder in a b both; do expect "and given back: $folder" diff -r "$folder" "out/$folder"; done
expect 'nothing half-made stays' nothing_in_tmp archive
run check
expect 'the archive is sound' exits 0

# ---- two computers ---------------------------------------------------------------------------------------------
for folder in a b both; do for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "$folder again $i" >"$folder/again $i"; done; done
KEEPSAKE_STATE=$work/state-two run list
start one keep a both
KEEPSAKE_STATE=$work/state-two start two keep b both
expect 'of two computers that keep one ends well' ended_well one
expect 'and so does the other' ended_well two
names_of | uniq >listed
list_wanted a b both
expect 'all of it is kept' diff wanted listed
run check
expect 'and sound' exits 0
KEEPSAKE_STATE=$work/state-two run check
expect 'for the other computer, too' exits 0

# ---- while others look on ----------------------------------------------------------------------------------------
mkdir c
i=0
while [ "$i" -lt 600 ]; do
    echo "c $i" >"c/$i"
    i=$((i + 1))
done
start keeping keep c
rounds=0
while kill -0 "$pid_keeping" 2>/dev/null && [ "$rounds" -lt 6 ]; do
    rounds=$((rounds + 1))
    for command in list check tend; do
        run "$command"
        [ "$status" -eq 0 ] || expect "$command beside a keep ends well" exits 0
    done
    rm -rf out
    run get --all --to out
    [ "$status" -eq 0 ] || expect 'get beside a keep ends well' exits 0
    mkdir -p out/c
    (cd out/c && for file in *; do [ ! -e "$file" ] || cmp -s "$file" "../../c/$file" || echo "$file"; done) >torn || true
    [ ! -s torn ] || expect 'what it gave is whole' cat torn /nonexistent
done
expect 'others looked on' [ "$rounds" -gt 0 ]
expect 'the one that kept ends well' ended_well keeping
run list c/
names_of | uniq | grep -c '^c/' >count
expect 'all is kept' [ "$(cat count)" -eq 600 ]
expect 'nothing half-made stays' nothing_in_tmp archive
run check
expect 'and sound' exits 0
finish
