#!/bin/sh
# Opens an archive made by hand with open-without-keepsake.sh, where only the tools that it names are to be found.
# Usage: open_without_keepsake_test.sh [SHELL [KEEPSAKE]]: the shell that runs the script, sh by default; with a Keepsake
# that program reads what was made by hand as well.
# shellcheck disable=SC2016
set -eu
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
opener=$here/../packaging/archive/open-without-keepsake.sh
shell=${1:-sh}
keepsake=${2:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
archive=$work/archive
# shellcheck source=tests/handmade_archive.sh
. "$here/handmade_archive.sh"

failures=0
expect() {  # WHAT COMMAND...
    what=$1
    shift
    if "$@" >"$work/expect.out" 2>&1; then
        echo "ok: $what"
    else
        failures=$((failures + 1))
        echo "FAILED: $what"
        sed 's/^/    /' "$work/expect.out"
    fi
}

# ---- the tools, and no others --------------------------------------------------------------------------------
mkdir "$work/bin" "$work/tmp"
for tool in age jq sha256sum par2 base64 cat ls mkdir mktemp rm sort stty tail touch tr wc find xargs grep sed awk; do
    ln -s "$(command -v "$tool")" "$work/bin/$tool"
done
ln -s "$(command -v "$shell")" "$work/bin/sh"

open_with_identity() {  # IDENTITY ARGUMENT...: status in status, what it says in $work/said
    identity=$1
    shift
    status=0
    env -i PATH="$work/bin" HOME="$work" TMPDIR="$work/tmp" KEEPSAKE_IDENTITY_FILE="$identity" \
        "$work/bin/sh" "$@" >"$work/said" 2>&1 </dev/null || status=$?
}

open_typing() {  # TYPED ARGUMENTS
    status=0
    typed "$1" "env -i PATH='$work/bin' HOME='$work' TMPDIR='$work/tmp' '$work/bin/sh' $2" >"$work/said" 2>&1 || status=$?
}

said() { grep -qF -e "$1" "$work/said" || { cat "$work/said"; return 1; }; }
exits() { [ "$status" -eq "$1" ] || { echo "exit code $status"; cat "$work/said"; return 1; }; }
leaves_nothing() { [ -z "$(ls -A "$work/tmp")" ]; }

# ---- an archive ----------------------------------------------------------------------------------------------
begin_archive
cp "$opener" "$archive/"
s=$work/source
mkdir "$s"
echo first >"$s/one"
echo second >"$s/two"
echo 'of another folder' >"$s/other"
true >"$s/empty"
echo 'let go' >"$s/gone"
echo 'brought back' >"$s/back"
echo 'awkward' >"$s/awkward"
echo 'second epoch' >"$s/late"
seq 1 40000 >"$s/big"
seq 1 30000 >"$s/big2"
yes 'A long story, told over many lines.' | head -n 20 >"$s/story"

line_feed='
'
awkward="-rf \"it's\" \$(touch x) \\0101*${line_feed}.jpg$line_feed"
latin=$(printf 'caf\351.jpg')
long=$(printf '%0251d.jpg' 7)
t=2019-05-06T07:08:09.123456789Z
r1=00000000000000bb r2=00000000000000aa

{
    new_device laptop
    epoch_entry 1 1
    for file in one empty gone back awkward big big2; do object "$s/$file"; cp "$work/object" "$work/object.$file"; done
    object "$s/story"
    keep 0000000000000001 $r1 "$s/one" src/2020 one.txt $t
    keep 0000000000000002 $r1 "$s/empty" src empty 1969-12-31T23:59:58.5Z
    keep 0000000000000003 $r1 "$s/gone" src gone.txt $t
    keep 0000000000000004 $r1 "$s/back" src back.txt $t
    keep 0000000000000005 $r1 "$s/awkward" "src/ a b " "$awkward" $t
    keep 0000000000000006 $r1 "$s/awkward" "src/$latin" "$latin" $t
    keep 0000000000000007 $r1 "$s/awkward" src/2020 "$long" $t
    keep 0000000000000008 $r1 "$s/one" src/2020 one.txt $t
    keep 0000000000000009 $r1 "$s/big" '' words.txt 2001-02-03T04:05:06Z
    keep 000000000000000a $r1 "$s/big2" '' big2.bin 2001-02-03T04:05:06Z
} | segment laptop
first_segment=$(cat "$work/placed")
{
    object "$s/two"
    keep 000000000000000b $r1 "$s/two" src/2020 one.txt $t
    keep 000000000000000c $r1 "$s/two" src/2020 "$long" $t
    entry '{op: "let-go", item: "0000000000000003"}'
    entry '{op: "let-go", item: "0000000000000004"}'
    entry '{op: "bring-back", item: "0000000000000004"}'
    entry '{op: "words", of: "item:0000000000000001", field: "words", text: "An early version.", replaces: []}'
    replaced=$clock/$(cat "$work/laptop.id")
    entry "{op: \"words\", of: \"item:0000000000000001\", field: \"words\", text: \"Your hand, é.\\nTwo lines.\", replaces: [\"$replaced\"]}"
    entry '{op: "words", of: "item:0000000000000003", field: "words", text: "Words of what was let go.", replaces: []}'
    entry '{op: "words", of: "item:0000000000000002", field: "words", text: "From the laptop.", replaces: []}'
    entry '{op: "set", of: "moment:00000000000000f1", field: "name", value: "Old name"}'
    entry '{op: "set", of: "moment:00000000000000f1", field: "name", value: "The morning"}'
    entry '{op: "set", of: "moment:00000000000000f1", field: "cover", value: "From the hospital."}'
    entry '{op: "set", of: "item:000000000000000a", field: "cover", value: "A hard one."}'
    entry '{op: "set", of: "item:000000000000000a", field: "cover_more", value: "It is the room.\nNobody is in it."}'
    entry '{op: "link", of: "moment:00000000000000f1", to: "item:0000000000000001", as: "holds", value: {order: "b"}}'
    entry '{op: "link", of: "moment:00000000000000f1", to: "item:0000000000000004", as: "holds", value: {order: "a"}}'
    entry '{op: "link", of: "moment:00000000000000f1", to: "item:0000000000000009", as: "holds", value: {order: "c"}}'
    entry '{op: "link", of: "moment:00000000000000f1", to: "item:0000000000000009", as: "holds", value: null}'
    entry "{op: \"words\", of: \"moment:00000000000000f1\", field: \"story\", content: \"$(hash_of "$s/story")\", replaces: []}"
    entry '{op: "of a newer version", files: 7}'
} | segment laptop
{
    new_device phone
    object "$s/other"
    keep 000000000000000d $r2 "$s/other" src/2020 one.txt $t
    entry '{op: "words", of: "item:0000000000000002", field: "words", text: "From the phone.", replaces: []}'
} | segment phone
begin_epoch_2 laptop phone | segment phone  # encrypted to the epoch before
cat "$work/phone.text1" "$work/phone.text2" >"$work/rollup"
epoch=2
place_segment "$work/rollup" 1-2 phone
{
    enroll_entry phone
    object "$s/late"
    keep 000000000000000e $r2 "$s/late" src late.txt $t
} | segment phone

# What opening it must give.
want=$work/want
mkdir -p "$want/src/2020" "$want/src/ a b " "$want/src/$latin" "$want/src (2)/2020"
cp "$s/one" "$want/src/2020/one.txt"
cp "$s/two" "$want/src/2020/one (2).txt"
cp "$s/awkward" "$want/src/2020/$long"
cp "$s/two" "$want/src/2020/$(printf '%0247d (2).jpg' 0)"
cp "$s/empty" "$want/src/empty"
cp "$s/back" "$want/src/back.txt"
cp "$s/awkward" "$want/src/ a b /$awkward"
cp "$s/awkward" "$want/src/$latin/$latin"
cp "$s/big" "$want/words (2).txt"
cp "$s/big2" "$want/big2.bin"
cp "$s/other" "$want/src (2)/2020/one.txt"
cp "$s/late" "$want/src (2)/late.txt"

same_tree() {  # the same bytes under the same names, times apart; words.txt aside
    (cd "$want" && find . -print0 | sort -z) >"$work/want.names"
    (cd "$1" && find . ! -path ./words.txt -print0 | sort -z) >"$work/got.names"
    cmp "$work/want.names" "$work/got.names" && diff -r --exclude=words.txt "$want" "$1"
}
object_file() { o=$(cat "$work/object.$1"); printf '%s/objects/%s/%s.age' "$archive" "$(printf %s "$o" | cut -c 1-2)" "$o"; }
flip() { printf '\377\377' | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null; }

expect 'a segment verifies as the format says' sh -c '
    cd "$1" && head -n -1 laptop.text1 >signed && tail -n 1 laptop.text1 | jq -r .sig >signed.sig &&
    printf "device %s\n" "$(head -n 2 laptop.text1 | jq -r "select(.op==\"enroll\").key")" >signers &&
    ssh-keygen -Y verify -f signers -I device -n "keepsake-journal-v1@$2" -s signed.sig <signed' sh "$work" "$id"

# ---- read by the program that the documents are of ---------------------------------------------------------------
run_keepsake() {  # ARGUMENT...: status in status, what it says in $work/said
    status=0
    env -i PATH="$PATH" HOME="$work" XDG_STATE_HOME="$work/state" "$keepsake" "$@" --archive "$archive" \
        --identity "$work/way.only" >"$work/said" 2>&1 </dev/null || status=$?
}
if [ -n "$keepsake" ]; then
    grep -h '^AGE' "$work/way" >"$work/way.only"
    run_keepsake list
    expect 'Keepsake reads it and misses nothing' exits 0
    expect 'Keepsake shows what was kept in the second epoch' said late.txt
    run_keepsake key list
    expect 'Keepsake knows the way in that the epoch tells of' said '03af9c0d  2026-01-01  passphrase'
    rm -rf "$work/state" "$work/way.only"
fi

# ---- opened with the passphrase, typed; with damage that can be healed ------------------------------------------
before=$(cd "$archive" && find . -type f -exec sha256sum {} + | sort | sha256sum)
flip "$archive/$first_segment" 300
flip "$(object_file big)" 60
damaged=$(cd "$archive" && find . -type f -exec sha256sum {} + | sort | sha256sum)
[ "$before" != "$damaged" ]
cd "$work"
open_typing "$passphrase\\n" "'$archive/open-without-keepsake.sh'"
got=$work/keepsake-opened
expect 'opens with the passphrase' exits 0
expect 'counts the originals' said "12 originals were given back to $got, 0 could not be."
expect 'gives every name, folder and byte' same_tree "$got"
expect 'tells of the damaged journal file' said "its copy in mirror/ is good: $first_segment"
expect 'mends a damaged header' said 'Its header is damaged'
expect 'gives modification times' [ "$(stat -c %.9Y "$got/src/2020/one.txt")" = 1557126489.123456789 ]
expect 'gives times before 1970' [ "$(stat -c %.9Y "$got/src/empty")" = -1.500000000 ]
expect 'leaves the archive as it is' [ "$damaged" = "$(cd "$archive" && find . -type f -exec sha256sum {} + | sort | sha256sum)" ]
expect 'leaves no temporary file' leaves_nothing
expect 'lets nobody else read' [ "$(stat -c %a "$got/src/2020/one.txt" "$got")" = "600${line_feed}700" ]
{
    printf 'The words that were kept in this archive.\n\nbig2.bin\n    Cover: A hard one.\n        It is the room.\n        Nobody is in it.\n'
    printf '\nsrc/2020/one.txt\n    Your hand, é.\n    Two lines.\n'
    printf '\nsrc/empty\n    [one of 2 versions that stand side by side; CLOCK, device:%s]\n    From the laptop.\n' "$(cat laptop.id)"
    printf '    [one of 2 versions that stand side by side; CLOCK, device:%s]\n    From the phone.\n' "$(cat phone.id)"
    printf '\nMoments\n\nThe morning\n    Cover: From the hospital.\n    [story]\n'
    sed 's/^/    /' "$s/story"
    printf '    - src/back.txt\n    - src/2020/one.txt\n'
} >"$work/want.words"
sed 's/; 2026-01-01T[0-9:.Z-]*, /; CLOCK, /' "$got/words.txt" >"$work/got.words"
expect 'writes the words' diff -u "$work/want.words" "$work/got.words"

# ---- what it refuses ---------------------------------------------------------------------------------------------
open_typing 'not this one\n' "'$archive/open-without-keepsake.sh' '$archive' '$work/none'"
expect 'a wrong passphrase gives 1' exits 1
expect 'a wrong passphrase is told plainly' said 'opens none of the key files'
expect 'a wrong passphrase makes no folder' [ ! -e "$work/none" ]
expect 'a wrong passphrase leaves no temporary file' leaves_nothing

open_with_identity "$work/identity1" "$opener" "$archive" "$got"
expect 'a folder that is not empty gives 1' exits 1
expect 'a folder that is not empty is left alone' same_tree "$got"
open_with_identity "$work/identity1" "$opener" "$work/bin" "$work/none"
expect 'what is no archive gives 1' exits 1
open_with_identity "$work/identity1" "$opener" "$archive" "$work/none" more
expect 'too many arguments give 2' exits 2
age-keygen -o "$work/stranger" 2>/dev/null
open_with_identity "$work/stranger" "$opener" "$archive" "$work/none"
expect "a stranger's identity gives 1" exits 1
expect "a stranger's identity makes no folder" [ ! -e "$work/none" ]

mkfifo "$work/fifo"
env -i PATH="$work/bin" TMPDIR="$work/tmp" KEEPSAKE_IDENTITY_FILE="$work/fifo" \
    "$work/bin/sh" "$opener" "$archive" "$work/none" >"$work/said" 2>&1 &
child=$!
exec 9>"$work/fifo"  # it now stands in the middle of its work
kill -TERM "$child"
exec 9>&-
status=0
wait "$child" || status=$?
expect 'a signal ends it' exits 143
expect 'a signal leaves no temporary file' leaves_nothing

# ---- opened with an identity; with damage that cannot be healed, and hostile names --------------------------------
mv "$archive/keepsake.json" "$work/"
expect 'hand it the way itself' sh -c 'grep -h "^AGE" "$1/way" >"$1/way.only"' sh "$work"
flip "$(object_file big2)" 70000
rm "$(object_file empty)"
{
    keep 000000000000000f $r1 "$s/one" src .. $t
    keep 0000000000000010 $r1 "$s/one" src a/b $t
    keep 0000000000000011 $r1 "$s/one" ../../outside evil $t
    keep 0000000000000012 $r1 "$s/one" /tmp evil $t
    entry '{op: "words", of: "item:000000000000000b", field: "words", content: "00000000000000000000000000000000000000000000000000000000000000ff", replaces: []}'
} | segment laptop
entry '{op: "tick"}' | segment laptop
placed=$(cat "$work/placed")
rm "$archive/$placed" "$archive/mirror/$placed"
entry '{op: "tick"}' | segment laptop
rm "$want/big2.bin" "$want/src/empty"
open_with_identity "$work/way.only" "$opener" "$archive" "$work/opened 2"
expect 'damage gives 4' exits 4
expect 'gives all the rest' same_tree "$work/opened 2"
expect 'counts what it gave and what not' said '10 originals were given back'
expect 'counts refused names as not given back' said ', 6 could not be.'
expect 'names the damaged object' said "$(cat "$work/object.big2").age is damaged"
expect 'names the missing object' said "$(cat "$work/object.empty").age is missing"
expect 'names the gap' said "The journal of device $(cat "$work/laptop.id") lacks its segments 4 to 4"
expect 'names the words that are lost' said 'Words that could not be given back'
expect 'writes nothing outside' [ ! -e "$work/outside" ]
expect 'mentions the recovery data' said 'par2 repair'

# Keys and mirror: the identity file itself opens it too; a damaged key file is taken from the mirror.
for key in "$archive"/keys/*.age; do flip "$key" 40; done
(cd "$archive" && find mirror -type f -name '*.age' -path '*journal*' -exec sh -c 'for f; do cmp -s "$f" "${f#mirror/}" || rm -f "${f#mirror/}"; done' sh {} +)
rm -rf "$archive/journal"
open_with_identity "$work/way.only" "$archive/open-without-keepsake.sh" "$archive" "$work/opened 3"
expect 'the mirror alone is enough for keys and journal' same_tree "$work/opened 3"

[ "$failures" -eq 0 ] || { echo "$failures failed"; exit 1; }
echo 'all passed'
