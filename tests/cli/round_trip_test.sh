#!/bin/sh
# What was kept is listed and given back: bytes, names, folders, times.
# shellcheck disable=SC2016
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"

age-keygen -o id.txt 2>/dev/null
export KEEPSAKE_IDENTITY_FILE="$work/id.txt"
run new archive
expect 'an archive is made for an identity' exits 0
expect 'that it is made is said' out_is 'The archive is made: archive'
export KEEPSAKE_ARCHIVE="$work/archive"

# ---- names of every kind -------------------------------------------------------------------------------------
mkdir -p 'src/[2020]/sept' src/empty
printf 'one' >src/one.jpg
printf 'two' >'src/[2020]/two words.jpg'
printf '' >'src/[2020]/sept/nothing'
printf 'new\nline' >"src/line
end.txt"
printf 'latin' >"$(printf 'src/caf\351.txt')"
printf 'wide' >src/写真.txt
printf 'dash' >src/-n
printf 'dots' >src/..hidden
head -c 300000 /dev/urandom >src/large.bin
cp src/large.bin src/again.bin
touch -d '1999-12-31T23:59:59.123456789Z' src/one.jpg
touch -d '1960-02-03T04:05:06Z' src/large.bin
touch -d '2038-01-20T00:00:00Z' src/-n
listing src >"$work/src.listing"

run keep src
expect 'a folder is kept' exits 0
expect 'how many files were kept is said' out_is 'Kept. 10 files. Originals checked.'
# Where readers find no cage (a system without, a build with sanitizers), that is said, and no more.
nothing_is_said_but_of_cages() { ! grep -qv 'nothing here can look at it: ' "$said/err" || told; }
expect 'nothing is said beside it' nothing_is_said_but_of_cages
expect 'the sources are as they were' unchanged src "$work/src.listing"
run keep src
expect 'the same folder again has nothing new' out_is 'Nothing new. 10 were kept before.'
printf 'three' >src/three.jpg
run keep src
expect 'one more file is kept' out_is 'Kept. 1 file. Original checked. 10 were kept before.'

run get --all --to out
expect 'all is given back' exits 0
expect 'how many were given back is said' out_is 'Given back. 11 files. Originals checked.'
expect 'what is given back is what was kept' same_trees src out/src
run get --all --to out
expect 'giving back twice replaces nothing' out_is 'Nothing new. 11 stood there already.'
expect 'and adds nothing' same_trees src out/src
printf 'other' >out/src/one.jpg
run get --all --to out
expect 'another file of that name stays' [ "$(cat out/src/one.jpg)" = other ]
expect 'and the original stands beside it' cmp src/one.jpg 'out/src/one (2).jpg'

# ---- listing -------------------------------------------------------------------------------------------------
run list --json
expect 'a list as JSON ends well' exits 0
expect 'each line is an object with its hash' sh -c '
    jq -r ".files[] | .sha256" "$0/.said/out" | sort >"$0/listed"
    find "$0/src" -type f -exec sha256sum {} + | sed "s/^\\\\//" | cut -d " " -f 1 | sort | diff - "$0/listed"' "$work"
expect 'item numbers have 16 digits' sh -c 'jq -e -s "all(.item | test(\"^[0-9a-f]{16}\$\"))" "$0/.said/out"' "$work"
expect 'a name that is not UTF-8 stands in base64' sh -c '
    [ "$(jq -r "[.files[].name_bytes | values][]" "$0/.said/out" | base64 -d | od -An -tx1)" = " 63 61 66 e9 2e 74 78 74" ]' "$work"
expect 'other names do not' sh -c '[ "$(jq -r ".files[].name_bytes | values" "$0/.said/out" | wc -l)" -eq 1 ]' "$work"
expect 'names are exact' sh -c 'jq -e -s "[.[].files[].name] | index(\"line\nend.txt\") != null" "$0/.said/out"' "$work"
expect 'unknown dates are null' sh -c 'jq -e -s "all(has(\"taken\") and .taken == null)" "$0/.said/out"' "$work"
run list
expect 'one line an item' sh -c '[ "$(wc -l <"$0/.said/out")" -eq 11 ]' "$work"
expect 'by date, oldest first' sh -c 'head -n 1 "$0/.said/out" | grep -q "1960-02-03  large.bin"' "$work"
expect 'a line end in a name forges no line' out_has 'line end.txt  src/'
run list 'two words'
expect 'one item has both words' sh -c 'grep -q "two words.jpg" "$0/.said/out" && [ "$(wc -l <"$0/.said/out")" -eq 1 ]' "$work"
run list --from 1999 --before 2000-01
expect 'dates narrow the list' sh -c 'grep -q "one.jpg" "$0/.said/out" && [ "$(wc -l <"$0/.said/out")" -eq 1 ]' "$work"
run list --from yesterday
expect 'what is no date is refused' exits 2
run list nosuchword
expect 'nothing found is no failure' exits 0
expect 'and is said' err_is 'Nothing was found.'
status=0
"$keepsake" list 2>"$said/err" </dev/null | head -n 1 >"$said/out" || status=$?
expect 'a reader that goes away is no failure' err_is_empty
"$keepsake" list >/dev/full 2>"$said/err" </dev/null || status=$?
expect 'a full disk is one' exits 1

# ---- a month ------------------------------------------------------------------------------------------------
run list 1999-12
expect 'a month lists what is from then' out_has 'one.jpg'
expect 'and nothing else' [ "$(wc -l <"$said/out")" -eq 1 ]
run list --json 1999-12-31 one
expect 'a day does, too, with other words' [ "$(wc -l <"$said/out")" -eq 1 ]

# ---- single items, the folder stood in -----------------------------------------------------------------------
number=$(cd archive && unset KEEPSAKE_ARCHIVE && "$keepsake" list --json three </dev/null | jq -r .item)
expect 'the archive stood in is found' [ "${#number}" -eq 16 ]
run get "$(printf %.6s "$number")" --to single
expect 'one item is given back by its first digits' out_is 'Given back. 1 file. Original checked.'
expect 'with its folder' cmp src/three.jpg single/src/three.jpg
run keep src/one.jpg
run get 0123456789abcdef --to single
expect 'an item that is not there is an error' exits 1
expect 'and is named' err_has '0123456789abcdef'
run get xyz --to single
expect 'what is no number is an error' exits 1

# ---- without the program -------------------------------------------------------------------------------------
if [ -f archive/open-without-keepsake.sh ]; then
    sh archive/open-without-keepsake.sh archive stranger >"$said/out" 2>&1 </dev/null || true
    expect 'a stranger gets the same bytes' sh -c '
        find "$0/src" -type f -exec sha256sum {} + | sed "s/^\\\\//" | cut -c 1-64 | sort -u >"$0/a"
        find "$0/stranger" -type f -exec sha256sum {} + | sed "s/^\\\\//" | cut -c 1-64 | sort -u >"$0/b"
        [ -s "$0/a" ] && [ -z "$(comm -23 "$0/a" "$0/b")" ]' "$work"
fi

# ---- check ---------------------------------------------------------------------------------------------------
run check
expect 'a whole archive is sound' exits 0
expect 'and said to be' out_has 'Everything is as it was kept. '
run check --without-key
expect 'without a way in it is sound, too' exits 0
expect 'what was proved is said' out_has 'Every file that is here is what its name says. '
expect 'and what was not' out_has 'Only with a way in can it be told whether some are missing.'
env -u KEEPSAKE_IDENTITY_FILE "$keepsake" check >"$said/out" 2>"$said/err" </dev/null || true
expect 'without a terminal and a way in, hashes are checked' out_has 'Every file that is here is what its name says. '
victim=$(find archive/objects -type f -size +200k | head -n 1)
chmod u+w "$victim"
printf 'x' | dd of="$victim" bs=1 seek=100000 conv=notrunc 2>/dev/null
run check
expect 'a flipped byte is damage' exits 4
expect 'what is damaged is named' err_has 'large.bin'
expect 'and counted' out_has 'Damage found: 1 file is damaged'
run check --without-key
expect 'a flipped byte is seen without a way in' exits 4
expect 'and counted there, too' out_has 'Damage found: 1 file is damaged'
run get --all --to after
expect 'what cannot be given back gives its own exit code' exits 3
expect 'each is named' err_has 'could not give back after/src/large.bin: '
expect 'the rest is given back' out_has 'Given back. 10 files. Originals checked. 2 could not be given back.'
expect 'no damaged file appears' [ ! -e after/src/large.bin ]

# ---- a journal that lacks something ------------------------------------------------------------------------
cp -a archive hurt
segment=$(cd hurt && find journal -name '2-*.age')
rm -f "hurt/$segment"
run list --archive hurt
expect 'what the mirror mends is said' err_has 'read from the mirror'
expect 'and is found damage' exits 4
cp -a archive gap
rm -f "gap/$segment" "gap/mirror/$segment"
run list --archive gap
expect 'a gap has its own exit code' exits 4
expect 'and is said' err_has 'This copy lacks 1 change from '
run get --all --to from-gap --archive gap
expect 'other commands say it, too' err_has 'This copy lacks 1 change from '
cp -a archive bad
for place in bad bad/mirror; do
    chmod u+w "$place/$segment"
    printf 'x' | dd of="$place/$segment" bs=1 seek=300 conv=notrunc 2>/dev/null
done
KEEPSAKE_STATE=$work/fresh run list --archive bad
expect 'a damaged journal file is damage' exits 4
expect 'its name stands once' [ "$(grep -oF "$segment" "$said/err" | wc -l)" -eq 1 ]
run check --archive gap
expect 'checking finds it' exits 4

# ---- sources that cannot be read -----------------------------------------------------------------------------
mkdir odd
printf good >odd/good
mkfifo odd/pipe
ln -s nowhere odd/link
run keep odd missing
expect 'sources that cannot be kept give their own exit code' exits 3
expect 'one that is missing is named' err_has 'could not keep missing: '
run keep missing
expect 'nothing but missing sources is an error' exits 1
run keep odd/pipe odd/missing
expect 'nothing but sources that cannot be kept is one, too' exits 1
expect 'and said' err_has 'keepsake: Nothing was kept'
expect 'and nothing else' out_is_empty
run keep odd/pipe odd/good
expect 'what was kept before counts as kept' exits 3
finish
