#!/bin/sh
# Looking at what is kept: kinds, dates, finding, what belongs together.
# shellcheck disable=SC2016
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"

age-keygen -o id.txt 2>/dev/null
export KEEPSAKE_IDENTITY_FILE="$work/id.txt" KEEPSAKE_ARCHIVE="$work/archive"
run new archive
mkdir in
printf 'The midwife came at noon.\n' >in/notes.txt
printf '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>' >in/IMG_20150304_101112.svg
printf 'not a photograph' >in/broken.jpg
run keep in
expect 'keeping says what it always said' out_is 'Kept. 3 files. Originals checked.'
if grep -q 'nothing here can look at it' "$said/err"; then
    echo 'skipped: this system has no cage for readers'
    finish
    exit 0
fi
run list --json
expect 'what a file is is told' sh -c 'jq -e -s "any(.kind == \"text\") and any(.kind == \"drawing\")" "$0/.said/out"' "$work"
expect 'a name tells when it was taken' sh -c 'jq -e -s "any((.taken // \"\" | startswith(\"2015-03-04\")) and .taken_source == \"file-name\")" "$0/.said/out"' "$work"
run find '2015-03 drawings'
expect 'a month and a kind are found' out_has 'IMG_20150304_101112.svg'
expect 'and nothing else' out_lacks 'notes.txt'
run find midwife
expect 'what a text says is found' out_has 'notes.txt'
run find '"drawings"'
expect 'in quotation marks a kind is a word' err_is 'Nothing was found.'
run find '   '
expect 'nothing to look for is refused' exits 2
run tend
expect 'nothing is looked at twice' out_lacks 'looked at'

# ---- what belongs together ---------------------------------------------------------------------------------------
number_of() { "$keepsake" list | grep -F "$1" | cut -d ' ' -f 1; }
notes=$(number_of notes.txt) drawing=$(number_of IMG_2015) broken=$(number_of broken.jpg)
run together "$drawing" "$notes"
expect 'two items become one' out_has 'and 1 more'
run find midwife
expect 'found by what a part says' out_has "$drawing"
run get "$drawing" --to out
expect 'given back whole' sh -c '[ -f out/in/notes.txt ] && [ -f out/in/IMG_20150304_101112.svg ]'
run let-go "$notes"
expect 'let go whole' out_has 'Let go. 1 item.'
run list
expect 'nothing of it is listed' out_lacks notes.txt
run bring-back "$drawing"
run apart "$drawing"
expect 'each by itself again' sh -c '[ "$(wc -l <"$0/.said/out")" -eq 2 ]' "$work"
run apart "$broken"
expect 'one alone is not taken apart' err_has 'Nothing else belongs to this item.'

# ---- previews ----------------------------------------------------------------------------------------------------
run preview "$broken" --to broken-preview.jpg
expect 'what does not open fails' exits 1
expect 'and leaves no file' sh -c '[ ! -e broken-preview.jpg ]'

# ---- pages, and a film inside of a photograph ----------------------------------------------------------------------
mkdir pages
frame='\041\371\004\000\000\000\000\000\054\000\000\000\000\001\000\001\000\000\002\002'
# shellcheck disable=SC2059
{
    printf 'GIF89a\001\000\001\000\200\000\000\000\000\000\377\377\377'
    printf "$frame\\104\\001\\000"
    printf "$frame\\114\\001\\000;"
} >pages/two.gif
film='\000\000\000\024ftypisom\000\000\002\000isom\000\000\000\010moov\000\000\000\011mdatx'
# shellcheck disable=SC2059
{
    printf '\377\330\377\300\000\013\010\000\001\000\001\001\001\021\000\377\332\000\010\001\001\000\000\077\000\377\331'
    printf "$film"
} >pages/moving.jpg
run keep pages
gif=$(number_of two.gif) moving=$(number_of moving.jpg)
run preview "$gif" --page 1 --to first.jpg
expect 'the first frame is drawn' exits 0
run preview "$gif" --page 2 --to second.jpg
expect 'the second, too' exits 0
expect 'and is another' sh -c '! cmp -s first.jpg second.jpg'
run preview "$gif" --page 3 --to third.jpg
expect 'a third is not there' err_has 'two.gif has 2 pages.'
run preview "$gif" --page 0 --to none.jpg
expect 'pages are counted from 1' err_has 'is no page: write --page 3.'
# What is found inside is no film that anybody could play; playing_test.sh has those that are.
run preview "$moving" --film --to film.mp4
expect 'a film that is none does not open' err_has 'The original is safe.'
expect 'and leaves no file' sh -c '[ ! -e film.mp4 ]'
run preview "$gif" --film --to none.mp4
expect 'where there is none it is said' err_has 'There is nothing to play in two.gif.'
run preview "$gif" --film --small --to none.mp4
expect 'a film has no small one' exits 2

run list --alike
expect 'nothing looks alike' exits 0
finish
