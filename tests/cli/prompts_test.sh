#!/bin/sh
# What is asked at a terminal, and what stands on the screen.
# shellcheck disable=SC2016
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"

typing 'good passphrase\ngood passphrase\ny\n' "'$keepsake' new archive"
expect 'an archive is made by answering' exits 0
expect 'a recovery key is offered' out_has 'A recovery key is twelve words that also open this archive. Make one now? [Y/n]'
expect 'its words are numbered' grep -qE ' 1\. [a-z]+ +4\. [a-z]+ +7\. [a-z]+ +10\. [a-z]+' "$said/out"
expect 'they are to be written down' out_has 'Write them on paper; they are not shown again.'
tr -d '\r' <"$said/out" | grep -E '^ +[123]\. ' >columns
words=$(for row in 1 4 7 10; do
    for number in "$row" $((row + 1)) $((row + 2)); do sed -nE "s/.* $number\. ([a-z]+).*/\1/p" columns; done
done | tr '\n' ' ')
typing "$words\n" "'$keepsake' list --archive archive"
expect 'the words that were shown open it' exits 0

typing 'wrong\ngood passphrase\n' "'$keepsake' list --archive archive"
expect 'a wrong passphrase may be typed again' exits 0
expect 'what was wrong is said' out_has 'That passphrase does not open this archive.'
typing 'wrong\nwrong\nwrong\ngood passphrase\n' "'$keepsake' list --archive archive"
expect 'three times' exits 1

typing 'abc\nabc\nn\n' "'$keepsake' new short"
expect 'a short passphrase is allowed' exits 0
expect 'with a hint' out_has 'Short ones are easily guessed'
expect 'a recovery key may be declined' out_lacks ' 1. '
typing 'one passphrase\nanother one\none passphrase\none passphrase\nn\n' "'$keepsake' new twice"
expect 'two that differ are asked for again' exits 0
typing '\n\n\n' "'$keepsake' new never"
expect 'an empty passphrase is not taken' exits 1
expect 'and nothing is made' [ ! -e never ]

# Typed only when asked: the terminal has its echo off by then, and on again afterwards.
typing '' "'$keepsake' list --archive archive; stty -a" --after 'twelve words: ' 'good passphrase\n'
expect 'what is typed is not shown' out_lacks 'good passphrase'
expect 'and the terminal shows again afterwards' grep -qE '(^|[ ;])echo( |;|$)' "$said/out"

# The shell hears Ctrl-C as well, and is to live on: to tell how the program ended.
typing '' "trap : INT; '$keepsake' list --archive archive; echo \"code \$?\"; stty -a" --after 'twelve words: ' '\003'
expect 'Ctrl-C at the question stops' out_has 'code 5'
expect 'and the terminal shows again' grep -qE '(^|[ ;])echo( |;|$)' "$said/out"
typing '' "'$keepsake' list --archive archive" --after 'twelve words: ' '\004'
expect 'so does the end of the input' exits 5

mkdir photos
printf 1 >photos/x
typing 'good passphrase\n' "TERM=xterm COLUMNS=40 '$keepsake' keep photos --archive archive"
expect 'keeping at a terminal' out_has 'Kept. 1 file. Original checked.'
typing 'good passphrase\n' "stty cols 30; '$keepsake' list --archive archive"
expect 'lines are no wider than the terminal' sh -c '
    tr -d "\r" <"$0/.said/out" | grep -E "^[0-9a-f]{8}  " >"$0/line"
    [ "$(wc -m <"$0/line")" -le 31 ]' "$work"

# Words from standard input leave the terminal free to be asked.
typing 'good passphrase\n' "'$keepsake' list --json --archive archive"
number=$(grep -o '"item":"[0-9a-f]*"' "$said/out" | cut -d '"' -f 4)
printf 'In the garden.\n' >garden
typing 'good passphrase\n' "'$keepsake' words '$number' --from - --archive archive <garden"
expect 'words come in by a pipe while the terminal is asked' out_has 'The words are kept.'
finish
