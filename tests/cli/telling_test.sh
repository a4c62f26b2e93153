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
run list --json first
expect 'nor for programs' sh -c 'jq -e ".words == []" "$0/.said/out"' "$work"
run words "$first" "$(printf 'In the garden.\n\nIt rained.')"
run list
expect 'a list shows the first line of words' out_has 'first.jpg  photos/  In the garden.…'
expect 'and no more' out_lacks rained
run words "$first" "$(printf '%070d' 0)"
run list
expect 'of a long line the first 60 columns' sh -c 'grep -qE "photos/  0{59}…\$" "$0/.said/out"' "$work"
run words "$first" ''

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
expect 'a cover is taken away' out_is 'The cover was taken away.'
run uncover "$second"
expect 'without one there is nothing to take away' exits 0
expect 'and that is said' out_is 'There was no cover here.'
run list
expect 'uncovered it is shown again' out_has second.jpg

# ---- letting go ----------------------------------------------------------------------------------------------
run let-go "$first"
expect 'what is let go is named' out_has first.jpg
expect 'and how to bring it back' out_has 'Let go. 1 item. For 90 days `keepsake bring-back` brings them back.'
expect 'and what stays' out_has 'Its name and caption stay in the journal; the photograph itself is erased afterwards.'
expect 'and where' out_has 'Other copies hold it until they do the same.'
run let-go "$first"
expect 'what was let go before is not let go again' exits 0
expect 'and said to have been' grep -qxE \
    'first.jpg was let go on [0-9]{4}-[0-9]{2}-[0-9]{2}; `keepsake bring-back` brings it back until [0-9]{4}-[0-9]{2}-[0-9]{2}\.' \
    "$said/out"
expect 'in one line' [ "$(wc -l <"$said/out")" -eq 1 ]
expect '90 days later' [ "$(date -d "$(grep -oE '[0-9]{4}-[0-9]{2}-[0-9]{2}' "$said/out" | head -n 1) + 90 days" +%F)" = \
    "$(grep -oE '[0-9]{4}-[0-9]{2}-[0-9]{2}' "$said/out" | tail -n 1)" ]
run list
expect 'it is listed no more' out_lacks first.jpg
run list --let-go
expect 'but among what was let go' out_has first.jpg
expect 'and whole' out_lacks erased
cp -a archive erased
rm -rf erased/objects
run list --let-go --archive erased
expect 'what is not in a copy any more is marked' out_has '(erased from this copy)  first.jpg'
run let-go "$first" --archive erased
expect 'and is not promised to come back' out_has 'and is erased from this copy; another copy may still hold it.'
run get --all --to out
expect 'it is not given back with the rest' [ ! -e out/photos/first.jpg ]
run bring-back "$first"
expect 'it is brought back' exits 0
expect 'and named' out_has 'Brought back. 1 item.'
run bring-back "$first"
expect 'twice is nothing to do' exits 0
expect 'and said' out_is 'first.jpg was not let go. It is still here.'
run let-go "$first" "$second" "$first"
expect 'several are let go, each once' out_has 'Let go. 2 items.'
expect 'with what stays of them' out_has 'Their names and captions stay'
run bring-back "$first" "$second"
run list
expect 'and listed again' out_has first.jpg
run get "$first" --to out
expect 'and given back' cmp photos/first.jpg out/photos/first.jpg
run tend
expect 'the upkeep ends well' exits 0
finish
