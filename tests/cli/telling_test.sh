#!/bin/sh
# Words, moments, covers, letting go.
# shellcheck disable=SC2016
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"

age-keygen -o id.txt 2>/dev/null
export KEEPSAKE_IDENTITY_FILE="$work/id.txt" KEEPSAKE_ARCHIVE="$work/archive"
run new archive
mkdir photos
printf 1 >photos/first.jpg
printf 2 >photos/second.jpg
run keep photos
run list
first=$(grep first.jpg "$said/out" | cut -d ' ' -f 1)
second=$(grep second.jpg "$said/out" | cut -d ' ' -f 1)

# ---- words ---------------------------------------------------------------------------------------------------
run words "$first"
expect 'no words are no failure' exits 0
expect 'and said' err_is 'There are no words yet.'
run words "$first" 'In the garden, in September.'
expect 'words are written' out_is 'The words are kept.'
run words "$first"
expect 'and shown' out_is 'In the garden, in September.'
run list garden
expect 'and found' out_has 'first.jpg'
run list --json garden
expect 'and listed exactly' sh -c '[ "$(jq -r ".words[0]" "$0/.said/out")" = "In the garden, in September." ]' "$work"
printf 'Line one.\n\nעברית, 写真, é.\n' >story
for _ in 1 2 3 4 5 6 7 8 9 10; do cat story; done >long
run words "$first" --from long
expect 'long words are taken from a file' exits 0
run words "$first"
expect 'and shown whole' cmp long "$said/out"
"$keepsake" words "$first" --from - <story >"$said/out" 2>"$said/err"
run words "$first"
expect 'or from standard input' cmp story "$said/out"
run words "$first" "$(printf 'a\033[2Jb')"
run words "$first"
expect 'words move no cursor' out_lacks "$(printf '\033')"
run words "$first" ''
expect 'an empty text takes them away' out_is 'The words were taken away.'
run words "$first"
expect 'and then there are none' err_is 'There are no words yet.'

# ---- moments -------------------------------------------------------------------------------------------------
run moment list
expect 'no moments is said' err_is 'No moments yet. A moment can be one photograph.'
run moment new 'The first day'
expect 'a moment is made' out_has 'The first day'
run moment add 'The first day' "$second" "$first"
expect 'items are put into it' out_is 'Added. 2 items.'
run words 'The first day' 'It rained.'
run moment show 'the first day'
expect 'it shows its story' out_has 'It rained.'
expect 'and its items' sh -c 'grep -q first.jpg "$0/.said/out" && grep -q second.jpg "$0/.said/out"' "$work"
run moment list
expect 'it is listed' out_has 'The first day  2 items'

# ---- covers --------------------------------------------------------------------------------------------------
run words "$second" 'hidden words'
run cover "$second" 'The last photograph.'
expect 'an item is covered' out_is 'Covered.'
run list
expect 'its line is shown' out_has 'The last photograph.'
expect 'its name is not' out_lacks second.jpg
expect 'nor are its words' out_lacks hidden
run moment show 'The first day'
expect 'nor in its moment' out_lacks second.jpg
run list --json
expect 'programs get it all' sh -c 'jq -e -s "any(.cover == \"The last photograph.\" and .files[0].name == \"second.jpg\")" "$0/.said/out"' "$work"
run uncover "$second"
run list
expect 'uncovered it is shown again' out_has second.jpg

# ---- letting go ----------------------------------------------------------------------------------------------
run let-go "$first"
expect 'what is let go is named' out_has first.jpg
expect 'and how to bring it back' out_has 'For 90 days `keepsake bring-back` brings them back.'
run list
expect 'it is listed no more' out_lacks first.jpg
run list --let-go
expect 'but among what was let go' out_has first.jpg
run get --all --to out
expect 'it is not given back with the rest' [ ! -e out/photos/first.jpg ]
run bring-back "$first"
expect 'it is brought back' exits 0
run list
expect 'and listed again' out_has first.jpg
run get "$first" --to out
expect 'and given back' cmp photos/first.jpg out/photos/first.jpg
run tend
expect 'the upkeep ends well' exits 0
finish
