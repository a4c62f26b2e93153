#!/bin/sh
# Fuzzes every parser for a while, from its valid examples and what earlier runs found.
#
#   tools/fuzz.sh PROGRAM FOLDER SECONDS [TARGET...]
#
# PROGRAM is build/fuzz/fuzz/keepsake_fuzz; FOLDER keeps the inputs that reach new lines, and what broke something
# (FOLDER/<target>-crash-...: put it into fuzz/regressions/<target>/ when it is mended). KEEPSAKE_CORPUS: more examples.
# JOBS run at once (2).
# The canary comes first: a target that must break. Exit code 1 if anything else breaks, or if the canary does not.
set -eu
program=$(realpath "$1")
folder=$2
seconds=$3
shift 3
mkdir -p "$folder"
folder=$(realpath "$folder")

fuzz() {  # TARGET SECONDS
    mkdir -p "$folder/$1"
    KEEPSAKE_FUZZ=$1 KEEPSAKE_FUZZ_SEEDS=$folder/$1 "$program"
    words=
    [ ! -s "$folder/$1.words" ] || words=-dict=$folder/$1.words
    KEEPSAKE_FUZZ=$1 "$program" ${words:+"$words"} -max_total_time="$2" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=256 \
        -max_len=70000 -artifact_prefix="$folder/$1-" -print_final_stats=1 \
        "$folder/$1" >"$folder/$1.log" 2>&1
}

rm -f "$folder"/canary-crash-*
if fuzz canary 60 || ! grep -q 'deadly signal' "$folder/canary.log"; then
    echo "fuzz: the canary lives: what breaks is not noticed" >&2
    exit 1
fi
tell() {  # TARGET
    if fuzz "$1" "$seconds"; then
        sed -n "s/^stat::number_of_executed_units: */$1: held for /p" "$folder/$1.log"
    else
        echo "$1: BROKEN, see $folder/$1.log"
        grep -E -m 3 'ERROR|what\(\)|runtime error|Test unit written' "$folder/$1.log" || :
    fi
}

[ $# -gt 0 ] && targets=$* || targets=$("$program" | grep -v '^canary$')
running=0
for target in $targets; do
    tell "$target" >"$folder/$target.told" &
    running=$((running + 1))
    [ $((running % ${JOBS:-2})) -ne 0 ] || wait
done
wait
for target in $targets; do cat "$folder/$target.told"; done
for target in $targets; do ! grep -q BROKEN "$folder/$target.told" || exit 1; done
