#!/bin/sh
# Damage as a family meets it: what the program says, and how it ends.
# shellcheck disable=SC2016
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/../cli/support.sh"

age-keygen -o id.txt 2>/dev/null
age-keygen -o ana.txt 2>/dev/null
export KEEPSAKE_IDENTITY_FILE="$work/id.txt"
run new whole
mkdir -p photos/2020
head -c 100000 /dev/urandom >photos/2020/sea.jpg
printf 'first day' >photos/school.jpg
: >photos/empty
export KEEPSAKE_ARCHIVE="$work/whole"
run keep photos
run key add "$(age-keygen -y ana.txt)" --name Ana
printf 'second day' >photos/later.jpg
run keep photos
run check
expect 'a whole archive is sound' exits 0
expect 'which is said in one sentence' out_has 'Everything is as it was kept. '
cp -a state state-before

# A copy of its own for each damage, and the local state of before, or that of a computer which was never here.
copy() {  # NAME
    cp -a whole "$1"
    chmod -R u+w "$1"
    rm -rf state
    cp -a state-before state
    export KEEPSAKE_ARCHIVE="$work/$1"
}
hurt() {  # FILE OFFSET
    printf '\377' | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
as_new_computer() { rm -rf state; }
# The object of one original, by size: an age file of one recipient is 200 bytes longer, and 16 a chunk.
object_of_size() { (cd "$work" && find "$1/objects" -type f -size "$2"c); }

# ---- a photograph --------------------------------------------------------------------------------------------
copy flipped
victim=$(object_of_size flipped 100216)
hurt "$victim" 70000
run check
expect 'a damaged photograph is damage' exits 4
expect 'it is named as the family knows it' err_has 'photos/2020/sea.jpg: damaged in this copy ('
expect 'that is the only line' err_is_one_line
expect 'and one sentence sums it up' out_has 'Damage found: 1 file is damaged. '
run check --without-key
expect 'it is found without a way in, too' exits 4
expect 'by the file alone' err_has "${victim#flipped/}: its bytes are not what its name says"
expect 'and where to learn more is said' out_has 'With a way in, `keepsake check` tells what they are.'
run list
expect 'a list reads no originals' exits 0
run get --all --to out-flipped
expect 'it cannot be given back' exits 3
expect 'and is named' err_has 'could not give back out-flipped/photos/2020/sea.jpg: its original is damaged in this copy'
expect 'the others are' cmp photos/school.jpg out-flipped/photos/school.jpg
expect 'and nothing of it appears' [ ! -e out-flipped/photos/2020/sea.jpg ]

copy header
hurt "$(object_of_size header 100216)" 40
run check
expect 'a damaged beginning is damage' exits 4
run get --all --to out-header
expect 'from it all is given back' exits 0
expect 'the very bytes' cmp photos/2020/sea.jpg out-header/photos/2020/sea.jpg
expect 'but not in silence' err_has \
    'out-header/photos/2020/sea.jpg: it is damaged in this copy, and was given back whole all the same'

copy no-objects
rm -rf no-objects/objects
run check
expect 'no originals at all is damage' exits 4
expect 'each is named' err_has 'photos/school.jpg: not in this copy; another copy may have it'

# ---- the journal ---------------------------------------------------------------------------------------------
second=$(cd whole && find journal -name '2-*.age')
last=$(cd whole && find journal -name '[0-9]*.age' | sort -t / -k 4 -V | tail -n 1)
copy gap
rm "gap/$second" "gap/mirror/$second"
run check --without-key
expect 'a number that is left out is seen without a way in' exits 4
expect 'and said' err_has 'these are not here (by number): 2; another copy may have them'
run list
expect 'a list says that something is missing' err_has 'This copy lacks 1 change from '
expect 'and ends so' exits 4
run get --all --to out-gap
expect 'so does giving back' exits 4
expect 'in the same words' err_has 'This copy lacks 1 change from '
expect 'and the rest is given back' cmp photos/later.jpg out-gap/photos/later.jpg

copy tail
rm "tail/$last" "tail/mirror/$last"
run check --without-key
expect 'that the last change is missing shows no name' exits 0
run check
expect 'but this computer knows that there was one' exits 4
as_new_computer
run check
expect 'which one that was never here cannot' exits 0

copy bad
hurt "bad/$second" 300
run check
expect 'a damaged journal file is damage' exits 4
expect 'that nothing is lost is said' err_has "$second: its bytes are not what its name says; its copy in mirror/ is whole"
as_new_computer
run list
expect 'what a list reads from the mirror is said' err_has "$second: damaged or missing; read from the mirror"
expect 'and is damage' exits 4
hurt "bad/mirror/$second" 300
as_new_computer
run get --all --to out-bad
expect 'damaged in both places, others are given back' exits 4
expect 'and it is named' err_has "$second"

# ---- ways in, and the plain files ----------------------------------------------------------------------------
copy no-key
keys=$(cd no-key && find keys -name '*.age')
for key in $keys; do
    age -d -i ana.txt -o /dev/null "no-key/$key" 2>/dev/null && rm "no-key/$key" "no-key/mirror/$key"
done
run check
expect 'a missing key file is missing' exits 4
expect 'and whose it is, is said' err_has 'the key file of the way in "Ana" is not here, or not whole'

copy manifest
printf '{"format":"keepsake","version":1,"reads":1,"archive":"%064d"}\n' 0 >manifest/keepsake.json
run list
expect 'the mirror says which archive it is' err_has 'keepsake.json: damaged or missing; read from the mirror'
expect 'which is damage' exits 4
expect 'and all is listed' out_has 'school.jpg'

# ---- where it is given back ----------------------------------------------------------------------------------
copy links
mkdir -p out-links/photos elsewhere
ln -s ../../elsewhere out-links/photos/2020
run get --all --to out-links
expect 'what would go through a link is not given back' exits 3
expect 'and why' err_has 'out-links/photos/2020 is a link to another place; nothing is written through it'
expect 'nothing is there' rmdir elsewhere
expect 'the rest is given back' cmp photos/school.jpg out-links/photos/school.jpg
run get --all --to links/objects
expect 'the archive itself takes nothing' exits 1

finish
