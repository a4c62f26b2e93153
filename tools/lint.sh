#!/usr/bin/env bash
# clang-tidy over a build's sources, several at a time. What it found nothing in is noted by what the compiler reads of it, so
# that a run that was stopped goes on where it was, and the next one reads what has changed.
#
#   tools/lint.sh BUILD [JOBS [PATTERN]]      PATTERN: an extended regular expression that a source's path within the project matches
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# One source: BUILD FILE COMMAND NUMBER TOTAL
if [[ ${1-} == --one ]]; then
    build=$2 file=$3 command=$4 number=$5 total=$6
    flags=${command#* }
    flags=${flags% -o *}
    # Comments are a part of it: some of them are for clang-tidy. Where the project lies is none.
    key=$({ # where it cannot be read at all, clang-tidy says why
        clang-tidy-19 --version
        cat .clang-tidy
        cd "$build"
        eval "clang++-19 $flags -w -Wno-unknown-warning-option -E -C '$file'"
    } 2>/dev/null | sed "s#$PWD#.#g" | sha256sum | cut -c 1-40) || key=
    clean=$build/lint/$key
    [[ -z $key || ! -e $clean ]] || exit 0
    echo "[$number/$total] ${file#"$PWD"/}"
    if ! found=$(clang-tidy-19 -quiet -p "$build" "$file" 2>&1); then
        grep -v -e '^[0-9]* warnings\? generated' -e '^Suppressed ' <<<"$found"
        exit 1
    fi
    [[ -z $key ]] || : >"$clean"
    exit 0
fi

build=${1:?the folder of a build}
jobs=${2:-2}
pattern=${3:-^(src|apps|tests|fuzz|bench)/}
mkdir -p "$build/lint"
mapfile -t sources < <(jq -r --arg root "$PWD/" --arg pattern "$pattern" \
    '.[] | select(.file | startswith($root) and (ltrimstr($root) | test($pattern))) | .file, .command' \
    "$build/compile_commands.json")
total=$((${#sources[@]} / 2))
((total > 0)) || { echo "lint: nothing in $build matches $pattern" >&2; exit 2; }
for ((at = 0; at < ${#sources[@]}; at += 2)); do
    printf '%s\0' "$build" "${sources[at]}" "${sources[at + 1]}" "$((at / 2 + 1))" "$total"
done | xargs -0 -r -n 5 -P "$jobs" tools/lint.sh --one || { echo "lint: see what it found above" >&2; exit 1; }
echo "lint: nothing found in $total files"
