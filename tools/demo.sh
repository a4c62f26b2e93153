#!/bin/sh
# Shows in a minute what Keepsake does: keeps a few pictures, writes words to one, damages a file of the archive, finds
# that, heals it, compares what comes back with what went in, and shows the pages: at a terminal until Ctrl-C, elsewhere only
# as long as it takes to see that they answer.
#
#   tools/demo.sh PROGRAM [PHOTOS]     PHOTOS: a folder of pictures; it is only read
set -eu
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
photos=${2:-/usr/share/backgrounds}
case $photos in \~/*) photos=$HOME/${photos#??} ;; esac
[ -d "$photos" ] || { echo "demo: there is no folder $photos" >&2; exit 1; }
photos=$(cd -- "$photos" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

dim='' bold='' off=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
    dim=$(printf '\033[2m') bold=$(printf '\033[1m') off=$(printf '\033[0m')
fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$off"; }
fail() { printf '\ndemo: %s\n' "$*" >&2; exit 1; }
# Shows a command and runs it in the demo's folder; its exit code must be one of the first argument's.
shown() {
    expected=$1
    shift
    printf '%s$ keepsake' "$dim"
    for word in "$@"; do
        case $word in *[!A-Za-z0-9_./-]*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    printf '%s\n' "$off"
    code=0
    "$program" "$@" || code=$?
    case " $expected " in *" $code "*) ;; *) fail "keepsake $1 ended with exit code $code; expected: $expected" ;; esac
}
same_file_bytes() { cmp -s "$1" "$2" || fail "$2 is not what went in."; }

cd "$work"
export KEEPSAKE_ARCHIVE="$work/archive" KEEPSAKE_PASSPHRASE_FILE="$work/passphrase" KEEPSAKE_STATE="$work/state"
unset KEEPSAKE_IDENTITY_FILE
head -c 15 /dev/urandom | base64 >"$KEEPSAKE_PASSPHRASE_FILE"
mkdir pictures
find -L "$photos" -type f -size -20000k \( -iname '*.jpg' -o -iname '*.jpeg' -o -iname '*.png' -o -iname '*.webp' \
    -o -iname '*.heic' -o -iname '*.avif' -o -iname '*.jxl' -o -iname '*.tif' -o -iname '*.dng' \) -print |
    sort | head -n 6 | while IFS= read -r picture; do
    cp -p "$picture" pictures/ || exit 1
done
[ -n "$(ls -A pictures)" ] || fail "There are no pictures in $photos. Name another folder: make demo PHOTOS=folder"

say 'An archive is a folder. This one opens with a passphrase made for this demonstration.'
shown 0 new archive

say 'Keep a folder. Each picture is encrypted, written, read back and compared before it counts as kept.'
shown 0 keep pictures

say 'Here is what is kept.'
shown 0 list

item=$("$program" list | awk 'NR == 1 { print $1 }')
say 'Words belong to what they are about.'
shown 0 words "$item" 'The light on the morning when everything was quiet.'
shown 0 words "$item"

damaged=$(find archive/objects -type f -name '*.age' | sort | tail -n 1)
say "Years pass, and a disk spoils one byte of one file: $(basename "$damaged" | cut -c 1-12)..."
place=$(($(wc -c <"$damaged") / 2))
byte=$(od -An -tu1 -j "$place" -N 1 "$damaged" | tr -d ' ')
# shellcheck disable=SC2059
printf "$(printf '\\%03o' $((255 - byte)))" | dd of="$damaged" bs=1 seek="$place" conv=notrunc 2>/dev/null

say 'A check reads everything. It finds that byte, and names the file.'
shown 4 check

say 'What is whole still comes back. What is damaged is named, never given back as if nothing had happened.'
shown '3 4' get --all --to some
for picture in pictures/*; do
    [ ! -e "some/$picture" ] || same_file_bytes "$picture" "some/$picture"
done
[ "$(find some -type f | wc -l)" -eq $(($(find pictures -type f | wc -l) - 1)) ] ||
    fail 'Not just the damaged picture was held back.'

say 'Repair data, made when the pictures were kept, heals it. What it gives is proved before it takes its place.'
shown 0 check --repair
shown 0 check

say 'Whether everything is safe, in one sentence.'
shown 0 care

say 'Now everything comes back.'
shown 0 get --all --to everything
diff -r pictures everything/pictures || fail 'What came back is not what went in.'
for picture in pictures/*; do
    [ "$(stat -c %y "$picture")" = "$(stat -c %y "everything/$picture")" ] || fail "The time of $picture is another."
done
say "All $(find pictures -type f | wc -l) pictures came back, the same to the last bit, with their names and times."
echo 'Without this program, too: sh archive/open-without-keepsake.sh needs only age, jq and the shell.'

unset KEEPSAKE_PASSPHRASE_FILE
if [ -t 0 ] && [ -t 1 ]; then
    say 'And in a browser, until you press Ctrl-C. This passphrase unlocks it:'
    cat "$work/passphrase"
    trap : INT
    "$program" serve --port 0 ${DISPLAY:+--open} || fail "keepsake serve ended with exit code $?."
else
    say 'And in a browser: keepsake serve'
    "$program" serve --port 0 >told 2>&1 &
    server=$!
    trap 'kill "$server" 2>/dev/null || :; rm -rf "$work"' EXIT
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        address=$(grep -o 'http://[^ ]*' told | head -n 1)
        [ -z "$address" ] || break
        sleep 0.5
    done
    [ -n "$address" ] || fail "keepsake serve told no address: $(cat told)"
    if command -v curl >/dev/null; then
        curl --silent --show-error --fail --max-time 10 "$address" | grep -qi '<!doctype html' || fail "No page answers at $address"
    fi
    kill "$server"
    wait "$server" || fail "keepsake serve ended with exit code $?."
    echo "The pages answered at $address, and were put away again."
fi
