#!/bin/sh
# Stories, and what is shown to others: made, opened by hand with age and jq alone, ended.
# shellcheck disable=SC2016,SC1112
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"

age-keygen -o id.txt 2>/dev/null
export KEEPSAKE_IDENTITY_FILE="$work/id.txt" KEEPSAKE_ARCHIVE="$work/archive"
run new archive
mkdir photos
# Pictures are made from text: a reader that is caged here draws them, and without one the rest is shown as well.
printf 'He came at ten past four.\n' >photos/first-words.md
printf 'Nobody is to see this by accident.\n' >photos/hidden-words.txt
cat >photos/house.svg <<'SVG'
<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="1200"><rect width="800" height="1200" fill="#a33"/></svg>
SVG
run keep photos
# Without a reader no picture is drawn: it is named, and the rest is written out.
written=0
if grep -q 'nothing here can look at it' "$said/err"; then written=3; fi
run list
first=$(grep first-words.md "$said/out" | cut -d ' ' -f 1)
hidden=$(grep hidden-words.txt "$said/out" | cut -d ' ' -f 1)
house=$(grep house.svg "$said/out" | cut -d ' ' -f 1)
whole() { "$keepsake" list --json | jq -r "select(.item | startswith(\"$1\")).item"; }
run words "$house" 'The house by the sea.'
run cover "$hidden" 'What we wrote that night.'
run moment new 'Emil'
run moment add Emil "$first" "$hidden" "$house"

# ---- stories ---------------------------------------------------------------------------------------------------
run story show Emil
expect 'a story that is not there yet' err_is 'There is no story yet. Begin anywhere.'
run story export Emil --to nowhere
expect 'is not written out' exits 1
expect 'and leaves nothing' [ ! -e nowhere ]
printf '## The night\n\nIt *rained*.\n' | "$keepsake" story write Emil >"$said/out" 2>"$said/err"
expect 'a story is written from standard input' out_is 'The story is kept.'
{
    printf '## The night\n\nIt *rained* <script>alert(1)</script>.\n\n> He has your hands.\n>\n> — Grandmother\n\n'
    printf '![](item:%s)\n\n![](item:%s)\n\n***\n\nThat was all.\n' "$(whole "$house")" "$(whole "$hidden")"
} >story.md
run story write Emil --from story.md
expect 'or from a file' out_is 'The story is kept.'
run story show Emil
expect 'and shown as it was written' cmp story.md "$said/out"
run story versions Emil
expect 'both versions are kept' sh -c '[ "$(wc -l <"$0/.said/out")" = 2 ]' "$work"
expect 'the last one stands' sh -c 'tail -n 1 "$0/.said/out" | grep -q "  stands$"' "$work"
run story show Emil --as-of "$(head -n 1 "$said/out" | cut -d ' ' -f 1)"
expect 'the earlier one can be read' out_has 'It *rained*.'
expect 'as it was' out_lacks script
run story show Emil --as-of 1999-01-01T00:00:00
expect 'one that never was is none' exits 1
run story export Emil --to exported
expect 'a story is written out' exits "$written"
expect 'without what is covered' out_has '1 covered item was left out; --covered takes them along.'
expect 'whose line stands there' grep -qF 'What we wrote that night.' exported/story.html
expect 'in both' grep -qF 'What we wrote that night.' exported/story.md
expect 'its HTML holds no script' sh -c '! grep -q "<script" exported/story.html'
expect 'its Markdown says what was said' grep -qF '> — Grandmother' exported/story.md
run story export Emil --to exported
expect 'a folder that is not empty is refused' exits 1

# ---- wrong input -----------------------------------------------------------------------------------------------
for line in 'show' 'show --to Ana' "show $first" "show --to Ana $first --moment Emil" \
    "show --to Ana $first --to-folder a --as-file b.html" "show --to Ana $first --as-file b.html --at http://x" \
    "show --to Ana $first --with-key" 'end' 'story' 'story export Emil' "show --to Ana --moment Emil --story Emil"; do
    # shellcheck disable=SC2086
    run $line
    expect "'$line' is a usage error" exits 2
    expect "'$line' is answered in one line" err_is_one_line
done
run end Nobody
expect 'who is shown nothing has nothing to end' err_is 'keepsake: Nothing is shown to Nobody.'
run end 'https://x/#AGE-SECRET-KEY-1QQQQQQQQ'
expect 'a link that is not known is not said again' err_is 'keepsake: No share of this archive has this link.'
run shown
expect 'nothing is shown' err_is 'Nothing is shown to anyone.'

run show --to Ana "$first" --to-folder out
if grep -q 'built without the guest page' "$said/err"; then
    expect 'without a guest page nothing is shown' exits 1
    expect 'and nothing made' [ ! -e out ]
    echo 'skipped: this program was built without the guest page'
    finish
    exit 0
fi
expect 'an item is shown' exits 0
run end Ana
for wish in '--until 2020-01-01' '--until soon' '--passphrase-hint boat' '--to-folder archive' '--to-folder nowhere/out'; do
    # shellcheck disable=SC2086
    run show --to Ana "$first" $wish
    expect "'$wish' fails" exits 1
done
run show --to Ana "$first" --cover "$(printf '%0161d' 0)" --to-folder refused
expect 'a line of 161 characters is refused' exits 1
run show --to Ana 0000ffff --to-folder refused
expect 'an item that is not there, too' exits 1
expect 'and none of them leaves anything' sh -c '[ ! -e refused ] && [ ! -e nowhere ] && [ -z "$(find . -name ".*.tmp")" ]'

# ---- a folder, opened by hand ------------------------------------------------------------------------------------
run show --to Ana --from Ines --moment Emil --until 2099-06-30 --to-folder share --at https://family.example/s
expect 'a moment is shown' exits 0
expect 'the link is printed, and nothing else' sh -c 'grep -qE "^https://family.example/s/#AGE-SECRET-KEY-1[0-9A-Z]+$" "$0/.said/out" && [ "$(wc -l <"$0/.said/out")" = 1 ]' "$work"
expect 'whoever has it can open it' err_has 'This link is for Ana. Anyone Ana sends it to can open it too.'
link=$(cat "$said/out")
printf '%s\n' "${link#*#}" >link.key
part() { # FILE (JSON): its plaintext
    printf '%s\n' "$1" | jq -r .key >part.key
    age -d -i part.key "share/$(printf '%s\n' "$1" | jq -r .name)"
}
age -d -i link.key share/manifest.age >head.json
expect 'age opens the head' jq -e '.keepsake == "share" and .version == 1 and .from == "Ines" and .until == "2099-06-30"' head.json
expect 'it tells for whom' jq -e '.told.to == "Ana" and .told.parts.story and .told.cover == null' head.json
part "$(jq -c .told.inside head.json)" >inside.json
expect 'the story is inside' jq -e '.name == "Emil" and (.story[0].heading[0].text == "The night") and (.story[1].paragraph[1] == {"text": "rained", "em": true})' inside.json
expect 'with who said what' jq -e '[.story[] | select(.quotation)][0].source[0].text == "Grandmother"' inside.json
expect 'as text, whatever it is' jq -e '.story[1].paragraph[2].text | contains("<script>")' inside.json
expect 'rule 2: of what is covered stands its line alone' jq -e '[.items[] | select(.cover)] | length == 1 and .[0].cover.line == "What we wrote that night." and (.[0] | has("shown") | not)' inside.json
expect 'rule 1: its words are in no file that is fetched before' sh -c '! grep -q accident head.json inside.json'
leaf=$(jq -c '.items[] | select(.leaf).leaf' inside.json)
part "$leaf" >leaf.json
expect 'and stand in a file of their own' sh -c '[ $(($(wc -c <leaf.json) % 4096)) = 0 ]'
part "$(jq -c '.parts[0].file' leaf.json)" >covered.txt
expect 'which opens with a key that only that file names' cmp covered.txt photos/hidden-words.txt
expect 'an age file is what its hash says' sh -c '[ "$(sha256sum "share/$(jq -r .told.inside.name head.json)" | cut -d " " -f 1)" = "$(jq -r .told.inside.sha256 head.json)" ]'
expect 'rule 18: no name of anything personal' sh -c '! ls share | grep -vE "^([0-9a-f]{32}\.age|manifest\.age|index\.html|[A-Za-z0-9.-]+\.(js|css|woff2))$"'
expect 'nor in any byte' sh -c '! grep -rqE "Emil|Ines|Ana[^a-z]|first-words|hidden-words|The house" share/*.age share/index.html'
expect 'names are neutral' jq -e '[.items[] | .shown // empty | .name] | all(test("^[a-z]+-[0-9]+$"))' inside.json
expect 'keys are of one file each' sh -c '[ "$(jq -r ".. | .key? // empty" head.json inside.json leaf.json | sort | uniq -d)" = "" ]'

# Pictures, where readers can be caged.
picture=$(jq -c '[.items[] | select(.kind == "photograph")][0].shown' inside.json)
if [ "$(printf '%s' "$picture" | jq '.parts | length')" -gt 0 ]; then
    expect 'a picture is 1440 pixels' sh -c 'printf "%s" "$1" | jq -e "[.parts[] | select(.use == \"picture\")][0] | .width == 1440 and .height == 1080"' sh "$picture"
    expect 'with a small one' sh -c 'printf "%s" "$1" | jq -e "[.parts[] | select(.use == \"small\")][0] | .width == 320"' sh "$picture"
    expect 'and its words' sh -c 'printf "%s" "$1" | jq -e ".caption == \"The house by the sea.\" and .place == null"' sh "$picture"
else
    echo 'skipped: no reader can be caged here, so no pictures were made'
fi

# ---- a passphrase ----------------------------------------------------------------------------------------------
printf 'Seepferdchen 7\n' >secret
run show --to Bo --from Ines --story Emil --cover 'The first night.' --passphrase-hint 'What Nils called the boat' \
    --share-passphrase-file secret --to-folder locked
expect 'a share with a passphrase is made' exits 0
expect 'without an address the link is for the file beside it' sh -c 'grep -qE "^index.html#AGE-SECRET-KEY-1" "$0/.said/out"' "$work"
sed 's/.*#//' "$said/out" >bo.key
age -d -i bo.key locked/manifest.age >bo.json
expect 'rule 21: the link opens the name and the hint' jq -e '.from == "Ines" and .hint == "What Nils called the boat"' bo.json
expect 'and nothing else' jq -e '(keys - ["keepsake", "version", "from", "made", "until", "hint", "locked"] == []) and (.locked | has("key") | not)' bo.json
age -d -i bo.key "locked/$(jq -r .locked.name bo.json)" >inner.age
expect 'what it locks is an age file again, with scrypt at logN 15' sh -c 'head -n 2 inner.age | grep -qE "^-> scrypt [^ ]+ 15$"'
"$on_terminal" 'age -d -o told.json inner.age' 'Seepferdchen 7\n' >/dev/null 2>&1 || true
expect 'age opens it with the passphrase' jq -e '.to == "Bo" and .cover.line == "The first night."' told.json
expect 'shown lists it' sh -c '"$1" shown | grep -q "Bo  the story of Emil.*with a passphrase"' sh "$keepsake"
run shown --json
expect 'for programs, too' sh -c 'jq -e -s "any(.to == \"Ana\" and .until == \"2099-06-30\" and (.over | not))" "$0/.said/out"' "$work"

# ---- one file --------------------------------------------------------------------------------------------------
run show --to Cy --moment Emil --as-file cy.html
expect 'rule 25: one page holds it' exits 0
expect 'with its link' sh -c 'grep -qE "^cy.html#AGE-SECRET-KEY-1" "$0/.said/out"' "$work"
sed 's/.*#//' "$said/out" >cy.key
sed -n 's/.*<script type="text\/plain" data-file="manifest.age">\([^<]*\)<.*/\1/p' cy.html | base64 -d >cy.age
expect 'its files are text that age opens' sh -c 'age -d -i cy.key cy.age | jq -e ".told.to == \"Cy\""'
expect 'its key is not in it' sh -c '! grep -qF "$(cat cy.key)" cy.html'
run show --to Cy --moment Emil --as-file cy.html
expect 'what is there is not replaced' exits 1
run show --to Di "$first" --as-file di.html --with-key
expect 'a key may go along' sh -c 'grep -qF "$(sed "s/.*#//" "$0/.said/out")" di.html' "$work"
run show --to Ed --moment Emil --as-file ed.zip
expect 'a ZIP holds it, too' exits 0
sed 's/.*#//' "$said/out" >ed.key
if command -v unzip >/dev/null; then
    expect 'a sound one' unzip -qt ed.zip
    mkdir unzipped
    (cd unzipped && unzip -q ../ed.zip)
    sed 's/.*,"//; s/").*//' unzipped/files/manifest.age.0.js | base64 -d >ed.age
    expect 'whose pieces age opens' sh -c 'age -d -i ed.key ed.age | jq -e ".told.to == \"Ed\""'
else
    echo 'skipped: unzip is not here'
fi

# ---- what the copies tell ------------------------------------------------------------------------------------------
if command -v exiftool >/dev/null && command -v ffmpeg >/dev/null && ffmpeg -nostdin -loglevel error -f lavfi \
    -i testsrc=size=1600x1200 -frames:v 1 there.jpg && exiftool -q -overwrite_original -GPSLatitude=54.4 -GPSLatitudeRef=N \
    -GPSLongitude=12.5 -GPSLongitudeRef=E -Make=Telling -Model=Camera -Artist=Ines -XMP:Title=Emil -IPTC:Headline=Emil \
    -Comment=Emil -DateTimeOriginal='2019:03:14 16:10:00' there.jpg; then
    run keep there.jpg
    run list there
    there=$(cut -d ' ' -f 1 "$said/out")
    run show --to Fay --from Ines "$there" --originals --to-folder fay
    expect 'rule 23: an original that tells a place stays here' exits 3
    expect 'and is named' err_has 'there.jpg: its original tells where it was'
    all_of() { # FOLDER KEY: every file of it that is named, decrypted into plain/
        rm -rf plain
        mkdir plain
        printf '%s\n' "$2" >all.key
        age -d -i all.key "$1/manifest.age" >plain/head.json
        jq -r .told.inside.key plain/head.json >all.key
        age -d -i all.key "$1/$(jq -r .told.inside.name plain/head.json)" >plain/inside.json
        jq -r '.items[].shown | ((.parts[], .original // empty) | .file | "\(.name) \(.key)")' plain/inside.json |
            while read -r name key; do
                printf '%s\n' "$key" >all.key
                age -d -i all.key "$1/$name" >"plain/$name"
            done
    }
    all_of fay "$(sed 's/.*#//' "$said/out")"
    if [ -z "$(find plain -name '*.age')" ]; then
        echo 'skipped: no reader can be caged here, so no copies were made'
    else
        expect 'rule 23: its copies hold no words, no place and no camera' sh -c \
            '[ "$(exiftool -a -G1 -s plain/*.age | grep -vE "^(=|\[(ExifTool|System|File|Composite)\])" | grep -vE "image files? read")" = "" ]'
        expect 'not even as bytes' sh -c '! cat plain/*.age | grep -aqE "Telling|Emil|Exif|http://ns.adobe"'
        expect 'the day goes along, the place does not' \
            jq -e '.items[0].shown | .taken.from == "2019-03-14" and .place == null' plain/inside.json
    fi
    run end Fay
    run show --to Fay "$there" --originals --places --to-folder fay
    expect 'asked for, it goes along' exits 0
    all_of fay "$(sed 's/.*#//' "$said/out")"
    expect 'to the byte' sh -c 'cmp "plain/$(jq -r ".items[0].shown.original.file.name" plain/inside.json)" there.jpg'
    run end Fay
else
    echo 'skipped: exiftool and ffmpeg are not here to make a photograph that tells where it was'
fi

# ---- another date ----------------------------------------------------------------------------------------------
until_of() {
    printf '%s\n' "$1" | sed 's/.*#//' >date.key
    age -d -i date.key "$2/manifest.age" | jq -r .until
}
sealed_before=$(cd share && sha256sum -- *.age | grep -v manifest)
run end "$link" --on 2999-06-30
expect 'another day is said' out_is 'Ana’s link works to the end of 2999-06-30.'
expect 'its head says so' [ "$(until_of "$link" share)" = 2999-06-30 ]
expect 'and nothing else was written' [ "$(cd share && sha256sum -- *.age | grep -v manifest)" = "$sealed_before" ]
run end Bo --on 2999-01-01
expect 'a passphrase is not needed for it' exits 0
run shown
expect 'the list says it' out_has ', until 2999-06-30'
run end "$link" --on never
expect 'or none' out_is 'Ana’s link works until it is ended.'
expect 'which its head says, too' [ "$(until_of "$link" share)" = null ]
run end "$link" --on 2001-01-01
expect 'no day that has passed' err_is 'keepsake: 2001-01-01 has passed; name a day to come.'
run end Cy --on 2999-01-01
expect 'a file keeps its own' exits 3
expect 'which is said' err_has 'a file keeps the date that it was made with'

# ---- ending ----------------------------------------------------------------------------------------------------
: >share/mine.txt
run end "$link"
expect 'a share is ended by its link' out_is 'Ana’s link stops working now. Keepsake cannot take back copies already saved.'
expect 'of its folder only what is not its own stays' sh -c '[ "$(ls share)" = mine.txt ]'
expect 'where it may have been copied to is said' err_has 'If the folder was copied to https://family.example/s, remove it there, too.'
run end Bo
expect 'or by the name' exits 0
expect 'with its folder' [ ! -e locked ]
printf 'x' >>di.html
run end Di
expect 'another file by that name stays' exits 3
expect 'and is named' err_has 'di.html: another file stands there by now'
run end Cy
expect 'a file is removed' [ ! -e cy.html ]
run end Ed
run end Ed
expect 'twice is once' exits 1
run shown
expect 'nothing is shown any more' err_is 'Nothing is shown to anyone.'
expect 'nothing is left beside' sh -c '[ -z "$(find . -name ".*.tmp")" ]'
finish
