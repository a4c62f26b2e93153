#!/bin/bash
# The manual and the completion name the commands and options that the program itself names, and no others; the threat
# model names tests that are there.
#
#   documented_test.sh PROGRAM SOURCE
# Where bash-completion is installed, its own helpers are used; else stand-ins.
set -euo pipefail
export LC_ALL=C.UTF-8
program=$(realpath "$1") source=$(realpath "$2")
manual=$source/packaging/keepsake.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
same() {  # WHAT WANTED GOT
    if [[ $2 == "$3" ]]; then
        echo "ok: $1"
    else
        failures=$((failures + 1))
        echo "FAILED: $1"
        diff <(tr ' ' '\n' <<<"$2") <(tr ' ' '\n' <<<"$3") | sed 's/^</    the program alone: /; s/^>/    elsewhere alone: /; /^[0-9]/d' || true
    fi
}
sorted() { tr ' ' '\n' | sed '/^$/d' | sort -u | paste -sd ' '; }

# ---- what the program says ----------------------------------------------------------------------------------------
help_of() { "$program" "$@" --help; }
subcommands_of() { help_of "$@" | awk '/^Subcommands:/ { on = 1; next } /^[^ ]|^$/ { on = 0 } on && /^  [a-z]/ { print $1 }'; }
options_of() { help_of "$@" | sed -nE 's/^  (-[a-z],)?(--[a-z-]+).*/\2/p'; }
global=$(options_of | sorted)
leaves=()
collect() {
    local name found=
    for name in $(subcommands_of "$@"); do
        [[ $name == help ]] && continue
        found=yes
        collect "$@" "$name"
    done
    [[ -n $found ]] || leaves+=("$*")
}
collect
[[ ${#leaves[@]} -ge 24 ]] || { echo "FAILED: the help names ${#leaves[@]} commands only"; exit 1; }
own_options() { local each; for each in $(options_of "$@"); do [[ $each == --help ]] || echo "$each"; done | sorted; }

# ---- the manual ---------------------------------------------------------------------------------------------------
# Its entries: the line after each .TP, without what only says how letters look.
awk '/^\.SH COMMANDS/ { on = 1 } /^\.SH OUTPUT/ { on = 0 } on && tag { print } { tag = /^\.TP/ }' "$manual" |
    sed -E 's/\\f[BIR]//g; s/\\-/-/g' >"$work/entries"
same 'the manual has an entry for each command' "$(printf '%s\n' "${leaves[@]}" | sort)" "$(
    sed -E 's/^(([a-z][a-z-]*)( [a-z][a-z-]*)?).*/\1/' "$work/entries" | sort)"
for leaf in "${leaves[@]}"; do
    # shellcheck disable=SC2086
    same "the manual has the options of $leaf" "$(own_options $leaf)" "$(
        grep -E "^$leaf( |\$)" "$work/entries" | grep -oE -e '--[a-z][a-z-]*' | sorted || true)"
done
same 'the manual has the options of all commands' "$global" "$(
    awk '/^\.SH OPTIONS/ { on = 1 } /^\.SH COMMANDS/ { on = 0 } on && tag { print } { tag = /^\.TP/ }' "$manual" |
        sed 's/\\-/-/g' | grep -oE -e '--[a-z][a-z-]*' | sorted)"
every=$({ echo "$global"; for leaf in "${leaves[@]}"; do
    # shellcheck disable=SC2086
    own_options $leaf
done; } | sorted)
# Options of systemctl and its like stand in lines that name them.
same 'the manual speaks of no other option' '' "$(sed 's/\\-/-/g' "$manual" | grep -vE 'systemctl|systemd-|journalctl' |
    grep -oE -e '--[a-z][a-z-]*' | sorted | tr ' ' '\n' | grep -vxF -f <(tr ' ' '\n' <<<"$every") | paste -sd ' ' || true)"
mapfile -t variables < <(grep -rhoE 'KEEPSAKE_[A-Z]+(_[A-Z]+)*|XDG_[A-Z]+_HOME' "$source"/src/cli/{settings,context}.cpp | sort -u)
for variable in "${variables[@]}"; do
    same "the manual has $variable" "$variable" "$(grep -oE "^\.BR? $variable\b" "$manual" | head -n 1 | sed 's/^\.BR\? //')"
done
wanted=$("$program" --help | sed -nE 's/^  ([0-9])  .*/\1/p' | sorted)
same 'the manual has the exit codes' "$wanted" "$(awk '/^\.SH EXIT/ { on = 1; next } /^\.SH/ { on = 0 } on' "$manual" |
    sed -nE 's/^\.B ([0-9])$/\1/p' | sorted)"
version=$("$program" --version)
same 'the manual is of this version' "${version#keepsake }" "$(sed -nE '1s/.*"Keepsake ([0-9.]+)".*/\1/p' "$manual")"
json=$(sed -nE 's/.*(out|into)\["([a-z_0-9]+)"\].*/\2/p; s/.*put_name\(out, "([a-z]+)".*/\1 \1_bytes/p' "$source/src/cli/item_text.cpp" | sorted)
awk '/^\.SH OUTPUT/ { on = 1; next } /^\.SH/ { on = 0 } on && /^\.BR? /' "$manual" >"$work/fields"
for field in $json; do
    same "the manual has the JSON field $field" "$field" "$(grep -owF "$field" "$work/fields" | head -n 1)"
done
if command -v groff >/dev/null; then
    same 'groff finds nothing to say about the manual' '' "$(groff -man -Tutf8 -ww -Wmac -rHY=0 "$manual" 2>&1 >/dev/null | head -n 5)"
else
    echo 'skipped: groff is not here to read the manual'
fi
if command -v mandoc >/dev/null; then
    same 'nor does mandoc' '' "$(mandoc -T lint -W warning "$manual" 2>&1 | head -n 5)"
else
    echo 'skipped: mandoc is not here to read the manual'
fi

# ---- the completion -----------------------------------------------------------------------------------------------
if [[ -r /usr/share/bash-completion/bash_completion ]]; then
    set +u
    # shellcheck disable=SC1091
    BASH_COMPLETION_VERSINFO='' . /usr/share/bash-completion/bash_completion 2>/dev/null || true
    set -u
fi
# What these do is bash-completion's to test; here it is enough that they are asked.
_init_completion() { cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD; }
_filedir() { COMPREPLY=("files${1-}"); }
# shellcheck source=packaging/keepsake.bash-completion
. "$source/packaging/keepsake.bash-completion"
completed() {  # WORD...: what is offered for the last one
    COMP_WORDS=(keepsake "$@") COMP_CWORD=$#
    COMPREPLY=()
    _keepsake || true
    [[ ${#COMPREPLY[@]} -eq 0 ]] || printf '%s\n' "${COMPREPLY[@]}" | sorted
}
same 'completion has the commands' "$(subcommands_of | sorted)" "$(completed '')"
same 'completion has the options of all commands' "$global" "$(completed --)"
same 'help is completed with commands' "$(subcommands_of | grep -vx help | sorted)" "$(completed help '')"
inherited=$(tr ' ' '\n' <<<"$global" | grep -vx -e --version | sorted)
for leaf in "${leaves[@]}"; do
    # One option is not offered: it takes a proof away, and is for measuring.
    # shellcheck disable=SC2086
    wanted=$({ echo "$inherited"; own_options $leaf | tr ' ' '\n' | grep -vx -e --without-read-back || true; } | sorted)
    # shellcheck disable=SC2086
    same "completion has the options of $leaf" "$wanted" "$(completed $leaf --)"
done
for group in $(printf '%s\n' "${leaves[@]}" | sed -n 's/ .*//p' | sort -u); do
    same "completion has the commands of $group" "$(subcommands_of "$group" | sorted)" "$(completed "$group" '')"
    same "after help as well" "$(subcommands_of "$group" | sorted)" "$(completed help "$group" '')"
done
same 'a beginning is completed' bring-back "$(completed br)"
same 'an option before the command is passed over' keep "$(completed --archive /x kee)"
same 'what to keep is a file or a folder' files "$(completed keep '')"
same 'where to is a folder' files-d "$(completed get --all --to '')"
same 'an archive is a folder' files-d "$(completed --archive '')"
same 'words come from a file' files "$(completed words 3f2a --from '')"
same 'a date is not completed' '' "$(completed list --from '')"
same 'nor is the number of an item' '' "$(completed get '')"
same 'yes or no is' 'off on' "$(completed device keep-locked '')"

# ---- the threat model ---------------------------------------------------------------------------------------------
# shellcheck disable=SC2016
mapfile -t shown < <(grep -oE '`([A-Z][A-Za-z0-9]+\.[A-Z][A-Za-z0-9]+|[a-z_]+_test\.sh)`' "$source/docs/threat-model.md" | tr -d '`' | sort -u)
[[ ${#shown[@]} -ge 20 ]] || { echo "FAILED: the threat model names ${#shown[@]} tests only"; exit 1; }
for name in "${shown[@]}"; do
    case $name in
        *.sh) found=$(find "$source/tests" -name "$name" | head -n 1 || true) ;;
        *) found=$(grep -rlE "TEST(_F|_P)?\(${name%.*}, ${name#*.}\)" "$source/src" "$source/tests" --include='*.cpp' | head -n 1 || true) ;;
    esac
    same "the test $name, which the threat model names, is there" yes "${found:+yes}"
done
[[ $failures -eq 0 ]] || { echo "$failures failed"; exit 1; }
