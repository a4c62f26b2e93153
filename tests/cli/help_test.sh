#!/bin/sh
# What the program tells of itself, and what it says to a command line that it does not understand.
# shellcheck disable=SC2016
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"

run --version
expect 'the version is told' sh -c 'grep -qE "^keepsake [0-9]+\.[0-9]+\.[0-9]+$" "$0/.said/out"' "$work"
run help
expect 'help ends well' exits 0
for command in new keep list get words 'moment new' 'moment add' 'moment list' 'moment show' 'story write' 'story show' \
    'story versions' 'story export' cover uncover show shown end let-go \
    bring-back check tend 'key list' 'key add' 'key remove' 'key change' 'key rotate' 'device list' 'device name' \
    'device retire' 'device accept' 'device keep-locked'; do
    expect "help names ${command%% *}" grep -qE "^  ${command%% *} " "$said/out"
    # shellcheck disable=SC2086
    "$keepsake" $command --help >"$said/command.out" 2>&1 </dev/null || true
    expect "$command tells its exit codes" grep -qF '4  damage, a gap or a withheld part was found' "$said/command.out"
done
run help key add
expect 'help of a command is its --help' out_has '--new-passphrase-file'
run words --help
expect 'help needs no arguments' exits 0

for line in '' 'frobnicate' 'keep' 'get --all' 'get --to x' 'moment' 'key add' 'list --json extra --no-such' \
    'list --identity a --passphrase-file b' \
    'list --from 2020-13' 'list --before yesterday' 'words 3f2a --from - --passphrase-file -'; do
    # shellcheck disable=SC2086
    run $line
    expect "'$line' is a usage error" exits 2
    expect "'$line' is answered in one line" err_is_one_line
    expect "'$line' is pointed to the help" err_has '--help'
    expect "'$line' prints nothing" out_is_empty
done
run foo
expect 'a command that is none is named' err_is "keepsake: There is no command 'foo'. See keepsake --help."
finish
