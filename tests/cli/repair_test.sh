#!/bin/sh
# Recovery data: made before keep ends, used by check --repair, understood by par2, left by what is erased.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"

echo 'a passphrase' >pass
age-keygen -o owner 2>/dev/null
run new archive --identity owner --passphrase-file pass
export KEEPSAKE_ARCHIVE="$work/archive" KEEPSAKE_IDENTITY_FILE="$work/owner"
mkdir photos
for number in 1 2 3 4 5 6; do head -c 90000 /dev/urandom >"photos/$number.jpg"; done
kept_objects() { find archive/objects -name '*.age' | sort; }
sets() { find archive/parity -name '*.par2' 2>/dev/null | wc -l; }
spoil() { printf 'spoiled here, by a disk that grew old' | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null; }

run care
expect 'of an empty archive there is little to say' out_is 'Nothing is kept here yet.'
run keep photos
expect 'keeping ends well' exits 0
expect 'with its own line' out_is 'Kept. 6 files. Originals checked.'
expect 'one set protects all of it' [ "$(sets)" -eq 1 ]
named_by_hash() { [ "$(sha256sum "$1" | cut -c 1-64).par2" = "$(basename "$1")" ]; }
expect 'its name is its hash' named_by_hash archive/parity/*.par2
if command -v par2 >/dev/null; then
    expect 'par2 verifies it' sh -c 'par2 verify -q -B archive archive/parity/*.par2'
else
    echo 'skipped: there is no par2 here'
fi
run care
expect 'nothing was read through yet' out_has 'never read through'
run check
expect 'all is sound' exits 0
run care
expect 'care is one sentence' [ "$(wc -l <"$said/out")" -eq 1 ]
expect 'that all is well' out_has 'Every original matches what was first kept'
expect 'and where all of it stands' out_has 'in one place'
cp -r archive whole

first=$(kept_objects | head -n 1)
last=$(kept_objects | tail -n 1)
spoil "$first" 40000
run check
expect 'damage is found' exits 4
expect 'and what to do about it is said' out_has 'keepsake check --repair'
run care
expect 'care knows of it' exits 4
expect 'and says so' out_has 'Not everything is safe: 1 file is damaged'
run check --repair
expect 'it is healed' exits 0
expect 'by name, and from what' err_has '.jpg: whole again, from its repair data'
expect 'to the byte' cmp "$first" "whole/${first#archive/}"
run care
expect 'care knows that, too' exits 0

rm "$last"
spoil archive/README.txt 0
spoil "$(find archive/journal -type f | head -n 1)" 100
rm "$(find archive/mirror/keys -type f | head -n 1)"
run check --repair --without-key
expect 'what is missing, the journal and the keys are healed without a way in' exits 0
run check
expect 'and all is sound with one' exits 0
expect 'the missing one is back' cmp "$last" "whole/${last#archive/}"

spoil "$first" 0
run check --repair
expect 'a spoiled beginning is healed' exits 0
expect 'from the journal' err_has 'from the journal'

set=$(find archive/parity -name '*.par2')
spoil "$set" 500
run check
expect 'a spoiled set is damage' exits 4
run check --repair
expect 'it is made anew' exits 0
expect 'under the same name' cmp "$set" "whole/${set#archive/}"

for object in $(kept_objects | head -n 4); do head -c 90000 /dev/zero >"$object"; done
run check --repair
expect 'beyond what can be healed' exits 4
expect 'each is named' [ "$(grep -c '\.jpg: damaged' "$said/err")" -eq 4 ]
cp -r whole/objects archive/
: >"$first.1"
run check
expect 'what par2 leaves is no damage' exits 0
expect 'and is named' err_has 'left over by par2'
rm "$first.1"

printf 'one more' >more.txt
run keep --parity later more.txt
expect 'repair data can be left for later' exits 0
expect 'then there is none' [ "$(sets)" -eq 1 ]
run care
expect 'which care tells' out_has 'no repair data yet'
run tend --without-key
expect 'a timer makes it, without a way in' out_has 'Repair data was made for 1 original.'
run care
expect 'then all is safe' out_has 'Every original matches'

for part in 9 8 7 6 5 4 3 2 1; do
    run check --some 15%
    [ "$status" -eq 0 ] || { echo "$part parts were left"; break; }
done
expect 'a part at a time is checked' exits 0
expect 'and said to be a part' out_has 'What was read is as it was kept.'
run check --some none
expect 'a part must be a number' exits 2
run keep --parity never more.txt
expect 'and later is the only other time' exits 2
expect 'nothing is left over' [ -z "$(find archive/tmp -type f ! -name reserve 2>/dev/null)" ]
finish
