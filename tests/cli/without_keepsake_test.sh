#!/bin/sh
# What Keepsake wrote, used without Keepsake: opened by the archive's own script with the tools that it names and no
# others, verified by ssh-keygen, merged by cp.
# shellcheck disable=SC2016
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"

age-keygen -o id.txt 2>/dev/null
export KEEPSAKE_ARCHIVE="$work/archive" KEEPSAKE_PASSPHRASE_FILE="$work/passphrase"
printf 'winter light\n' >passphrase

mkdir -p src/2020/deep other/src
printf 'one' >src/one.jpg
printf 'one' >src/2020/again.jpg
: >src/empty
head -c 200000 /dev/urandom >src/2020/deep/large.bin
printf 'x' >"src/$(printf '\377\376 not utf-8')"
printf 'x' >"src/- dash 'quote' \"double\" \$dollar"
printf 'second' >other/src/one.jpg
touch -d '1987-06-05 04:03:02.123456789 UTC' src/one.jpg
run new archive
run keep src
run keep other/src
run key add "$(age-keygen -y id.txt)" --name owner
item=$("$keepsake" list one.jpg | awk 'NR == 1 { print $1 }')
run words "$item" 'The light that morning.'
head -c 3000 /dev/zero | tr '\0' 'w' >long
run words "$("$keepsake" list large.bin | awk 'NR == 1 { print $1 }')" --from long
run moment new September
run moment add September "$item"
gone=$("$keepsake" list empty | awk 'NR == 1 { print $1 }')
run let-go "$gone"
run get --all --to given
expect 'Keepsake itself gives it back' exits 0

# ---- the script, on a PATH that holds only the tools that the format names -------------------------------------
mkdir bin
for tool in sh age jq sha256sum par2 base64 cat ls mkdir mktemp rm sort stty tail touch tr wc find xargs grep sed awk; do
    ln -s "$(command -v "$tool")" "bin/$tool"
done
typing 'winter light\n' "env -i PATH='$work/bin' HOME='$work' sh '$work/archive/open-without-keepsake.sh' '$work/archive' '$work/opened'"
expect 'the script opens it, asking for the passphrase once' exits 0
expect 'once' sh -c '[ "$(grep -ci "enter passphrase" "$0/.said/out")" -eq 1 ]' "$work"
expect 'words are given as text' grep -rqF 'The light that morning.' opened/words.txt
expect 'long words, too' grep -rqF wwwwwwwwwwwwwwwwwwww opened/words.txt
expect 'moments' grep -qF September opened/words.txt
rm -f opened/words.txt
expect 'the same bytes, names, folders and times as Keepsake gives' same_trees given opened
expect 'a second folder of one name is numbered' cmp other/src/one.jpg 'opened/src (2)/one.jpg'
expect 'what was let go is not given' [ ! -e opened/src/empty ]

# ---- several keys that are typed ---------------------------------------------------------------------------------
"$keepsake" key add --recovery --archive archive >words
opened() {  # TYPED
    rm -rf several
    typing "$1" "env -i PATH='$work/bin' HOME='$work' sh '$work/archive/open-without-keepsake.sh' '$work/archive' '$work/several'"
}
opened "\\n$(cat words)\\n"
expect 'a key that is not at hand is passed over, and the recovery key opens' exits 0
expect 'each is told by its number and kind' out_has 'Key 2 of 2, a recovery key'
expect 'and whether it opened' out_has 'Key 1 did not open.'
opened 'wrong\nwrong again\n'
expect 'none of them is told as that' out_has 'That opens none of the key files of this archive.'
expect "and not in another program's words" out_lacks 'age: error'

# ---- a segment's signature -------------------------------------------------------------------------------------
for key in archive/keys/*.age; do age -d -i id.txt "$key" >identity 2>/dev/null && break; done
id=$(jq -r .archive archive/keepsake.json)
verified=0
for segment in archive/journal/*/0/*.age; do
    age -d -i identity "$segment" >text
    head -n -1 text >signed
    tail -n 1 text | jq -r .sig >signed.sig
    grep -q '"op":"enroll"' text &&
        printf 'device %s\n' "$(jq -r 'select(.op == "enroll").key' text | head -n 1)" >signers
    ssh-keygen -Y verify -f signers -I device -n "keepsake-journal-v1@$id" -s signed.sig <signed >/dev/null 2>&1 &&
        verified=$((verified + 1))
done
expect "ssh-keygen accepts every segment's signature" [ "$verified" -eq "$(find archive/journal -name '*.age' | wc -l)" ]
printf ' ' >>signed
expect 'and refuses a changed one' sh -c '! ssh-keygen -Y verify -f signers -I device -n "keepsake-journal-v1@$1" \
    -s signed.sig <signed' sh "$id"

# ---- two devices, one archive, merged by cp ----------------------------------------------------------------------
cp -r archive disk
printf 'at home' >home.jpg
printf 'away' >away.jpg
run keep home.jpg
run words "$item" 'Words at home.'
(
    KEEPSAKE_STATE=$work/state-away KEEPSAKE_ARCHIVE=$work/disk
    export KEEPSAKE_STATE KEEPSAKE_ARCHIVE
    run keep away.jpg
    run words "$item" 'Words away.'
)
cp -rn archive/. disk/
cp -rn disk/. archive/
run list --json
cp "$said/out" list.home
KEEPSAKE_STATE=$work/state-away KEEPSAKE_ARCHIVE=$work/disk run list --json
expect 'two copies merged by cp list the same' cmp "$said/out" list.home
expect 'nothing is lost' sh -c '[ "$(grep -cE "home.jpg|away.jpg" list.home)" -eq 2 ]'
run words "$item"
expect 'words written at once stand side by side' out_has 'Words at home.'
expect 'both of them' out_has 'Words away.'
run check
expect 'the merged archive is sound' exits 0
KEEPSAKE_STATE=$work/state-away KEEPSAKE_ARCHIVE=$work/disk run check
expect 'and so is the other' exits 0
finish
