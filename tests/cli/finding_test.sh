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
run list --alike
expect 'nothing looks alike' exits 0
finish
