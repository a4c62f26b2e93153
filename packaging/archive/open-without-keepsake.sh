#!/bin/sh
# Opens a Keepsake archive without Keepsake: every original with its name, folder and time, and every written word.
#
#   sh open-without-keepsake.sh [ARCHIVE [FOLDER]]
#
# ARCHIVE: the archive's folder; by default the one that this file stands in.
# FOLDER:  where everything is put, ./keepsake-opened by default; it must be empty, or not be there yet.
# KEEPSAKE_IDENTITY_FILE: a file with an age identity, used instead of asking for the passphrase.
#
# The archive is only read. Needed: age, jq, sha256sum, and coreutils, findutils, grep, sed, awk.
# Exit codes: 0 everything was given back; 1 nothing was; 2 usage; 4 something is damaged or missing, and named.
# What the files mean, and how to do by hand what this does: README.txt beside this file.

set -fuC
LC_ALL=C
export LC_ALL
unset CDPATH
umask 077
tab=$(printf '\t')
newline='
'
temp='' terminal='' identities='' problems=0

say() { printf '%s\n' "$*" >&2; }
problem() { problems=$((problems + 1)); say "$*"; }
fail() { say "$*"; exit 1; }
clean_up() {
    [ -z "$temp" ] || rm -rf -- "$temp"
    [ -z "$terminal" ] || stty "$terminal" </dev/tty 2>/dev/null
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- reading -------------------------------------------------------------------------------------------------

# An age file from standard input, opened with the identities found so far; these stay in memory.
unlock() {
    age -d -i /dev/fd/3 3<<END
$identities
END
}

# AREA PATTERN: finds the area's files, in the archive and in its mirror, and writes to $temp/AREA one line each:
# "sound PATH" if a copy's SHA-256 is its name, "lost PATH" if none is; "mirror PATH" where only the mirror's is.
sort_out() {
    for place in "./$1" "./mirror/$1"; do
        [ -d "$archive/$place" ] || continue
        (cd -- "$archive" && find "$place" -type f -name '*.age') >>"$temp/$1.found" ||
            problem "$place could not be listed to its end."
    done
    [ -e "$temp/$1.found" ] || true >"$temp/$1.found"
    grep -E "^\\./(mirror/)?$1/$2[0-9a-f]{64}\\.age\$" "$temp/$1.found" | sort >"$temp/$1.named"
    (cd -- "$archive" && xargs -r sha256sum) <"$temp/$1.named" >"$temp/$1.sums" 2>/dev/null
    awk '
        { path = $NF; key = path; sub(/^\.\/(mirror\/)?/, "", key) }
        NF == 1 {
            if (!(key in seen)) order[++count] = key
            seen[key] = 1
            if (path !~ /^\.\/mirror\//) main[key] = 1
            next
        }
        { name = substr(path, length(path) - 67, 64) }
        $1 == name && !(key in sound) { sound[key] = path }
        END {
            for (i = 1; i <= count; i++) {
                key = order[i]
                if (!(key in sound)) { print "lost", key; continue }
                print "sound", sound[key]
                if ((key in main) && sound[key] ~ /^\.\/mirror\//) print "mirror", key
            }
        }' "$temp/$1.named" "$temp/$1.sums" >"$temp/$1"
    while read -r state path; do
        case $state in
            lost) problem "Damaged, with no good copy in mirror/: $path" ;;
            mirror) say "Damaged, but its copy in mirror/ is good: $path" ;;
        esac
    done <"$temp/$1"
}

# Tries the key files that need no passphrase, again and again until nothing new opens (a later epoch's key file is
# encrypted to an identity that an earlier one holds).
open_further_keys() {
    more=yes
    while [ -n "$more" ]; do
        more=''
        while read -r path; do
            case " $opened " in *" $path "*) continue ;; esac
            if text=$(unlock <"$archive/$path" 2>/dev/null) && take_identities "$text"; then
                opened="$opened $path"
                more=yes
            fi
        done <"$temp/plain-keys"
    done
}

take_identities() {
    found=$(printf '%s\n' "$1" | tr -d '\r' | grep '^AGE-SECRET-KEY-1') || return 1
    identities="$identities$found$newline"
}

ask_for_passphrase() {
    count=$(awk 'END { print NR }' "$temp/scrypt-keys")
    [ "$count" -gt 0 ] || fail "No key file here is for a passphrase. Name an identity file in KEEPSAKE_IDENTITY_FILE."
    terminal=$(stty -g </dev/tty 2>/dev/null) || terminal=''
    number=0
    if [ "$count" -gt 1 ]; then
        say "Each of $count keys opens this archive, and nothing tells from outside whose is which. age asks for one after"
        say "the other: type yours each time until it opens. Enter alone skips a key that yours cannot be."
    fi
    while read -r strength path <&4; do
        number=$((number + 1))
        kind='a passphrase'
        [ "$strength" -ge 18 ] || kind='a recovery key, its twelve words joined by -'
        if [ "$count" -eq 1 ]; then
            say "age asks now for $kind."
        else
            say "Key $number of $count, $kind:"
        fi
        if text=$(age -d "$archive/$path" 2>"$temp/age-$number"); then
            take_identities "$text" && opened="$opened $path" && return 0
        fi
        grep -v -e 'report unexpected' -e 'incorrect passphrase' -e "can't be empty" "$temp/age-$number" >&2
        [ "$count" -eq 1 ] || say "Key $number did not open."
    done 4<"$temp/scrypt-keys"
    return 1
}

# ---- what the journal says -----------------------------------------------------------------------------------

# Journal lines to rows of text, tab between fields; whatever a person wrote or named is in base64.
# shellcheck disable=SC2016
rows_program='
def s: if type == "string" then . else "" end;
def n: if type == "number" then tostring else s end;
def each: if type == "array" then .[] else empty end;
def told: if type == "object" and (.text | type) == "string" then .text elif type == "string" then . else tojson end;
foreach (inputs | objects) as $line ({};
    if $line.keepsake == "journal"
    then {device: ($line.device | s), head: true, line: $line,
          known: (($line.version | type) == "number" and $line.version <= 1)}
    else .head = false | .line = $line end;
    .)
| .device as $d | .known as $known | .head as $head | .line | (.clock | s) as $clock
| if $head and ($known | not) then ["newer", $d, (.seq | n)]
  elif $known | not then empty
  elif $head then
    ["segment", $d, (.seq | n)],
    (.seen | objects | to_entries[] | ["seen", .key, (.value | objects | .seq | n)])
  elif .op == "keep" then
    (.item | s) as $item | (.root | s) as $root | [.files | each | objects] | to_entries[] | .value as $file
    | ["keep", $clock, $d, $item, $root, ("00000" + (.key | tostring))[-6:], ($file.content | s),
       ($file.folder_bytes // ($file.folder | s | @base64) | s), ($file.name_bytes // ($file.name | s | @base64) | s),
       ($file.modified | s)]
  elif .op == "object" then ["object", (.content | s), (.object | s), (.header | s | @base64)]
  elif .op == "let-go" then ["gone", (.item | s), $clock, $d, "1"]
  elif .op == "bring-back" then ["gone", (.item | s), $clock, $d, "0"]
  elif .op == "words" then
    (.replaces | each | ["replaced", s]),
    ["words", (.of | s), (.field | s | @base64), $clock, $d, (.content | s), (.text | s | @base64)]
  elif .op == "set" and (.field | IN("name", "cover", "cover_more", "taken", "place", "order")) then
    ["set", (.of | s), .field, (.person | s), $clock, $d,
     (if .value == null then "-" else (.value | told | @base64) end)]
  elif .op == "link" and (.as | IN("holds", "shows", "there")) then
    ["link", (.of | s), (.to | s), .as, $clock, $d,
     (if .value == null then "-" else (.value | if type == "object" then (.order | s) else "" end | @base64) end)]
  else empty end
| @tsv'

# Rows, sorted, to the merged state: what to write where, and what to tell. Strings that people chose are held as
# printf %b takes them: letters, digits and a few signs as they are, each other byte as \0 and three octal digits.
# shellcheck disable=SC2016
state_program='
function text_of(code,   i, k, c, held, bits, out) {  # base64 to the form above; sets bad if it is none, or holds a NUL
    if (code in known) { if (known[code] == "\\0000") bad = 1; return known[code] }
    held = bits = 0; out = ""
    for (i = 1; i <= length(code); i++) {
        c = substr(code, i, 1)
        if (c == "=") break
        if (!(c in digit)) { bad = 1; break }
        held = held * 64 + digit[c]; bits += 6
        if (bits >= 8) {
            bits -= 8; k = int(held / two[bits]); held -= k * two[bits]
            if (k == 0) bad = 1
            out = out as[k]
        }
    }
    if (bad) out = "\\0000"
    if (length(code) < 600) known[code] = out
    return out
}
function size(text) { gsub(/\\0[0-7][0-7][0-7]/, "x", text); return length(text) }
function shortened(text, most) {  # at most so many bytes, never half a letter
    while (size(text) > most) {
        while (text ~ /\\02[0-7][0-7]$/) text = substr(text, 1, length(text) - 5)
        if (text ~ /\\0[0-7][0-7][0-7]$/) text = substr(text, 1, length(text) - 5)
        else text = substr(text, 1, length(text) - 1)
    }
    return text
}
function is_hex(text, digits) { return length(text) == digits && text !~ /[^0-9a-f]/ }
function allowed(name) { return name != "" && name != "." && name != ".." && name !~ /\// && size(name) <= 255 }
function plain(text) { gsub("[^0-9A-Za-z:._/-]", "?", text); return text }
function one_line(text) { gsub(/\\00[0-3][0-7]|\\0177/, "?", text); return text }
function indented(text) { gsub(/\\0012/, "\\0012    ", text); return "    " text }
function latest(table, value, key, stamp) {  # last writer wins
    if (((table, key) in won) && stamp "\t" value <= won[table, key]) return
    won[table, key] = stamp "\t" value; now[table, key] = value
}
function tell(key, text) { printf "%s %09d\tT\t%s\n", key, ++told, text > words_plan }
function tell_long(key, content) { printf "%s %09d\tL\t%s %s\n", key, ++told, content, objects[content] > words_plan }
function value_of(field, of, person) {
    return (field, of, person) in now && now[field, of, person] != "-" ? one_line(text_of(now[field, of, person])) : ""
}
function label(of,   name) { name = value_of("name", of, ""); return name == "" ? plain(of) : name }
function tell_field(key, of, field, title,   value) {
    value = value_of(field, of, "")
    if (value != "") tell(key, "    " title ": " value)
}
function tell_words(key, of,   list, count, i, k, n, field, versions, where) {
    count = split(words_of[of], list, " ")
    for (i = 1; i <= count; i++) { k = list[i]; versions[words_field[k]]++ }
    for (i = 1; i <= count; i++) {
        k = list[i]; field = words_field[k]
        if (field != "words") tell(key, "    [" one_line(field) "]")
        if (versions[field] > 1)
            tell(key, "    [one of " versions[field] " versions that stand side by side; " \
                plain(words_clock[k]) ", " label("device:" words_device[k]) "]")
        if (words_content[k] != "") tell_long(key, words_content[k])
        else tell(key, indented(words_text[k]))
    }
}
function tell_covers(key, of,   list, count, i, person, value, more) {
    count = split(covers_of[of], list, " ")
    for (i = 1; i <= count; i++) {
        person = list[i] == "-" ? "" : list[i]
        value = value_of("cover", of, person)
        if (value != "") tell(key, "    Cover" (person == "" ? "" : " for " label("person:" person)) ": " value)
        if ((more = ("cover_more", of, person) in now ? now["cover_more", of, person] : "-") != "-")
            tell(key, indented(indented(text_of(more))))
    }
}
function tell_linked(key, of, as_what, title,   list, count, i, names) {
    count = split(links_of[as_what, of], list, " ")
    for (i = 1; i <= count; i++)
        if (now["link", of, list[i], as_what] != "-") names = names (names == "" ? "" : ", ") label(list[i])
    if (names != "") tell(key, "    " title ": " names)
}
function suffixed(path, number,   folder, name, stem, ending, at, mark) {  # "a/b.jpg" to "a/b (2).jpg"
    folder = name = path; sub("[^/]*$", "", folder); name = substr(path, length(folder) + 1)
    stem = name; ending = ""
    if (match(name, /\.[^.]*$/) && RSTART > 1) { stem = substr(name, 1, RSTART - 1); ending = substr(name, RSTART) }
    mark = "\\0040(" number ")"
    if (size(ending) > 16) { stem = name; ending = "" }
    return folder shortened(stem, 255 - size(mark) - size(ending)) mark ending
}
function order_roots(   i, k, root, swap) {  # by the clock of the first keep entry that stands, then by id
    for (i = 1; i <= keeps; i++) {
        if (now["gone", keep_item[i]] == "1") continue
        root = keep_root[i]
        if (!(root in root_key)) { root_key[root] = keep_clock[i] "\t" root; ordered[++roots] = root }
    }
    for (i = 2; i <= roots; i++)
        for (k = i; k > 1 && root_key[ordered[k]] < root_key[ordered[k - 1]]; k--) {
            swap = ordered[k]; ordered[k] = ordered[k - 1]; ordered[k - 1] = swap
        }
}
function choose_files(   i, k, key, parts, count, fine) {  # what is given back, and what is refused
    for (i = 1; i <= keeps; i++) {
        if (now["gone", keep_item[i]] == "1") continue
        bad = 0
        file_folder[i] = text_of(keep_folder[i]); file_name[i] = text_of(keep_name[i])
        fine = !bad && allowed(file_name[i]) && is_hex(keep_content[i], 64)
        count = file_folder[i] == "" ? 0 : split(file_folder[i], parts, "/")
        for (k = 1; k <= count; k++) if (!allowed(parts[k])) fine = 0
        if (!fine) { print "refused\t" plain(keep_item[i]) "\t" plain(keep_content[i]) > plan; continue }
        key = keep_root[i] "\t" file_folder[i] "\t" file_name[i] "\t" keep_content[i]
        if (key in given) { same_as[i] = given[key]; continue }
        given[key] = i; chosen[++chosens] = i
        file_top[i] = count ? parts[1] : ""
        if (count && !((keep_root[i], parts[1]) in has_top)) {
            has_top[keep_root[i], parts[1]] = 1
            tops_of[keep_root[i]] = tops_of[keep_root[i]] (tops_of[keep_root[i]] == "" ? "" : "/") parts[1]
        }
    }
}
function name_folders(   i, k, m, root, parts, count, name, path) {  # a second root of the same name: "src (2)"
    taken_path["words.txt"] = 1
    for (i = 1; i <= roots; i++) {
        root = ordered[i]
        count = tops_of[root] == "" ? 0 : split(tops_of[root], parts, "/")
        for (k = 1; k <= count; k++) {
            name = parts[k]
            for (m = 2; name in top_taken; m++) name = shortened(parts[k], 249) "\\0040(" m ")"
            top_taken[name] = 1; top_name[root, parts[k]] = name; taken_path[name] = 1
        }
    }
    for (i = 1; i <= chosens; i++) {
        k = chosen[i]
        if (file_top[k] == "") { file_folder[k] = ""; continue }
        file_folder[k] = top_name[keep_root[k], file_top[k]] substr(file_folder[k], length(file_top[k]) + 1)
        for (path = file_folder[k]; path ~ /\//; sub("/[^/]*$", "", path)) taken_path[path] = 1
    }
}
function place_files(   i, k, m, path, first) {
    for (i = 1; i <= chosens; i++) {
        k = chosen[i]
        path = first = file_folder[k] (file_folder[k] == "" ? "" : "/") file_name[k]
        for (m = 2; path in taken_path; m++) path = suffixed(first, m)
        taken_path[path] = 1; file_path[k] = path
        if (keep_time[k] !~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9][.0-9]*Z$/)
            keep_time[k] = "-"
        print "file\t" keep_content[k] "\t" keep_time[k] "\t" path "\t" \
            (file_folder[k] == "" ? "." : file_folder[k]) "\t" objects[keep_content[k]] > plan
    }
    for (i = 1; i <= keeps; i++) {
        k = (i in same_as) ? same_as[i] : i
        if (!(k in file_path) || now["gone", keep_item[i]] == "1") continue
        paths_of[keep_item[i]] = paths_of[keep_item[i]] (paths_of[keep_item[i]] == "" ? "" : "\t") file_path[k]
    }
}
function tell_items(   of, item, parts, count, i, key) {
    for (of in subjects) {
        if (of !~ /^item:/) continue
        item = substr(of, 6)
        if (now["gone", item] == "1") continue
        count = split(paths_of[item], parts, "\t")
        key = "2 " (count ? parts[1] : "~" plain(item)) " " plain(item)
        tell(key, "")
        for (i = 1; i <= count; i++) tell(key, one_line(parts[i]))
        if (!count) tell(key, plain(of) " (no file of it could be given back)")
        tell_covers(key, of)
        tell_field(key, of, "taken", "Taken"); tell_field(key, of, "place", "Place")
        tell_linked(key, of, "shows", "Shows")
        tell_words(key, of)
    }
}
function tell_moment_items(key, of,   list, count, i, k, swap, sorted, item, parts) {
    count = split(links_of["holds", of], list, " ")
    for (i = 1; i <= count; i++)
        sorted[i] = value_of("link", of, list[i] SUBSEP "holds") " " won["link", of, list[i], "holds"] "\t" list[i]
    for (i = 2; i <= count; i++)
        for (k = i; k > 1 && sorted[k] < sorted[k - 1]; k--) {
            swap = sorted[k]; sorted[k] = sorted[k - 1]; sorted[k - 1] = swap
        }
    for (i = 1; i <= count; i++) {
        item = sorted[i]; sub(/.*\t/, "", item)
        if (now["link", of, item, "holds"] == "-") continue
        sub(/^item:/, "", item)
        if (now["gone", item] == "1") continue
        k = split(paths_of[item], parts, "\t")
        tell(key, "    - " (k ? one_line(parts[1]) : "item " plain(item)))
    }
}
function tell_others(   of, key, order, moments) {
    for (of in subjects) {
        if (of ~ /^(item|device):/) continue
        if (of ~ /^moment:/) {
            if (!moments++) { tell("3", ""); tell("3", "Moments") }
            order = value_of("order", of, "")
            key = "4 " (order == "" ? "~" : order) " " plain(of)
        } else {
            if (words_of[of] == "") continue
            key = "6 " plain(of)
        }
        tell(key, ""); tell(key, label(of))
        tell_covers(key, of); tell_linked(key, of, "there", "There")
        tell_words(key, of)
        if (of ~ /^moment:/) tell_moment_items(key, of)
    }
}
function find_gaps(   device, i, from) {
    for (device in highest)
        for (i = 1; i <= highest[device]; i++) {
            if ((device, i) in segment) continue
            for (from = i; i < highest[device] && !((device, i + 1) in segment); i++) continue
            print "gap\t" plain(device) "\t" from "\t" i > plan
        }
}
BEGIN {
    FS = OFS = "\t"
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (i = 1; i <= 64; i++) digit[substr(signs, i, 1)] = i - 1
    for (i = two[0] = 1; i < 16; i++) two[i] = 2 * two[i - 1]
    for (i = 0; i < 256; i++) as[i] = sprintf("\\0%03o", i)
    for (i = 45; i < 123; i++) { c = sprintf("%c", i); if (c ~ "[-./0-9A-Za-z_]") as[i] = c }
}
$1 == "gone" { latest("gone", $5, $2, $3 "\t" $4) }
$1 == "keep" && $4 != "" {
    keeps++
    keep_clock[keeps] = $2; keep_item[keeps] = $4; keep_root[keeps] = $5; keep_content[keeps] = $7
    keep_folder[keeps] = $8; keep_name[keeps] = $9; keep_time[keeps] = $10
}
$1 == "object" && is_hex($2, 64) && is_hex($3, 64) && $4 !~ "[^0-9A-Za-z+/=]" { objects[$2] = objects[$2] " " $3 ":" $4 }
$1 == "segment" || $1 == "seen" {
    if ($1 == "segment") segment[$2, $3 + 0] = 1
    if ($3 + 0 > highest[$2] && $3 <= 10000000) highest[$2] = $3 + 0
}
$1 == "newer" { print "newer\t" plain($2) "\t" plain($3) > plan }
$1 == "replaced" { replaced[$2] = 1 }
$1 == "words" && !(($4 "/" $5) in replaced) && ($6 != "" || $7 != "") {
    bad = 0; subjects[$2] = 1; words_of[$2] = words_of[$2] " " ++words
    words_field[words] = text_of($3); words_clock[words] = $4; words_device[words] = $5
    words_content[words] = is_hex($6, 64) ? $6 : ""; words_text[words] = text_of($7)
}
$1 == "set" {
    latest($3, $7, $2 SUBSEP $4, $5 "\t" $6)
    if ($2 ~ /^(item|moment):/) subjects[$2] = 1
    if ($3 == "cover" && !(($2, $4) in has_cover)) {
        has_cover[$2, $4] = 1; covers_of[$2] = covers_of[$2] " " ($4 == "" ? "-" : $4)
    }
}
$1 == "link" && $3 !~ / / {
    latest("link", $7, $2 SUBSEP $3 SUBSEP $4, $5 "\t" $6)
    if ($2 ~ /^(item|moment):/) subjects[$2] = 1
    if (!(($2, $3, $4) in has_link)) {
        has_link[$2, $3, $4] = 1; links_of[$4, $2] = links_of[$4, $2] " " $3
    }
}
END {
    find_gaps(); order_roots(); choose_files(); name_folders(); place_files()
    tell("1", "The words that were kept in this archive.")
    tell_items(); tell_others()
}'


# Decrypts every sound journal file, and merges what they say: $temp/plan and $temp/words.
read_journal() {
    mkdir "$temp/text"
    number=0
    while read -r state path; do
        [ "$state" = sound ] || continue
        number=$((number + 1))
        if ! unlock <"$archive/$path" >"$temp/text/$number" 2>/dev/null; then
            problem "None of the keys opens this part of the journal: $path"
            rm -f "$temp/text/$number"
        fi
    done <"$temp/journal"
    if ! find "$temp/text" -type f -exec cat {} + | jq -rn "$rows_program" >"$temp/rows" 2>/dev/null; then
        true >|"$temp/rows"  # one of them is not as it should be: find out which, and use the others
        while [ "$number" -gt 0 ]; do
            path=$temp/text/$number
            number=$((number - 1))
            [ -e "$path" ] || continue
            jq -rn "$rows_program" "$path" >>"$temp/rows" 2>/dev/null || problem "A part of the journal is not whole JSON."
        done
    fi
    sort -u "$temp/rows" >"$temp/sorted"
    true >"$temp/plan"
    true >"$temp/words"
    plan=$temp/plan words=$temp/words awk "BEGIN { plan = ENVIRON[\"plan\"]; words_plan = ENVIRON[\"words\"] }$state_program" \
        "$temp/sorted" || fail "The journal could not be merged. Is there room in ${TMPDIR:-/tmp}?"
}

# ---- giving back ---------------------------------------------------------------------------------------------

proves() {  # FILE CONTENT: its SHA-256 is the one that was written down when it was kept
    sum=$(sha256sum <"$1") && [ "${sum%% *}" = "$2" ]
}

# FILE HEADER: the object with its age header from the journal in place of its own.
mended() {
    printf '%s' "$2" | base64 -d
    tail -c "+$(($(printf '%s' "$2" | base64 -d | wc -c) + 1))" "$1"
}

# CONTENT OBJECTS TO: writes a content to the file TO, from the first object that gives it whole; says in `why` what
# is the matter with those that do not. OBJECTS: "sha256:header in base64", with spaces between.
give() {
    why="the journal names no object for it"
    for object in $2; do
        header=${object#*:}
        object=${object%%:*}
        file=$archive/objects/${object%"${object#??}"}/$object.age
        why="$file is missing"
        [ -f "$file" ] || continue
        unlock <"$file" >|"$3" 2>/dev/null && proves "$3" "$1" && return 0
        why="$file is whole, but it could not be written here (is there room?), or is not what was kept"
        proves "$file" "$object" && continue
        why="$file is damaged"
        sum=$(mended "$file" "$header" 2>/dev/null | sha256sum)
        [ "${sum%% *}" = "$object" ] || continue
        if mended "$file" "$header" | unlock >|"$3" 2>/dev/null && proves "$3" "$1"; then
            say "Its header is damaged; the journal holds it too, and so it opens: $file"
            return 0
        fi
    done
    return 1
}

refuse() {
    missing=$((missing + 1))
    problem "Not given back: $(printf '%s' "$1" | tr '\000-\037\177' '?'): $2"
}

give_file() {  # CONTENT TIME PATH FOLDER OBJECTS; PATH and FOLDER for printf %b
    path=$(printf '%b.' "$3")
    path=./${path%.}
    within=$(printf '%b.' "$4")
    within=./${within%.}
    if ! { [ -d "$within" ] || mkdir -p "$within"; } 2>/dev/null || ! { true >"$path"; } 2>/dev/null; then
        refuse "$path" "a file of this name could not be made here"
    elif give "$1" "$5" "$path"; then
        given=$((given + 1))
        [ "$2" = - ] || touch -d "$2" "$path" 2>/dev/null || say "Its time could not be set: $path"
        [ $((given % 1000)) -ne 0 ] || say "$given given back so far."
    else
        rm -f "$path"
        refuse "$path" "$why"
    fi
}

give_files() {
    while IFS=$tab read -r what a b c d e; do
        case $what in
            file) give_file "$a" "$b" "$c" "${d:-.}" "$e" ;;
            refused) refuse "item $a" "its name or folder is none that a file may have (content $b)" ;;
            gap) problem "The journal of device $a lacks its segments $b to $c; what they told is not here." ;;
            newer) problem "Segment $b of device $a is from a newer version, which this script cannot read." ;;
        esac
    done <"$temp/plan"
}

write_words() {
    sort "$temp/words" | while IFS=$tab read -r _ kind text; do
        case $kind in
            T) printf '%b\n' "$text" ;;
            L)
                if give "${text%% *}" "${text#* }" "$temp/long"; then
                    awk '{ print "    " $0 }' "$temp/long"
                else
                    printf '    (words that could not be given back: %s)\n' "$why"
                    say "Words that could not be given back: $why"
                    echo >>"$temp/lost-words"
                fi
                ;;
        esac
    done >words.txt
    if [ -e "$temp/lost-words" ]; then problems=$((problems + 1)); fi
}

# ---- the whole -----------------------------------------------------------------------------------------------

absolute() {  # FOLDER: its full name, a last dot after it so that a line feed at its end stays
    (cd -- "$1" && pwd -P && printf .)
}

for tool in age jq sha256sum base64 find xargs grep sed awk sort mktemp; do
    command -v "$tool" >/dev/null 2>&1 || fail "This needs the program $tool, which is not here. See README.txt."
done
case ${1-} in
    -h | --help) sed -n '4,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -?*) say "Usage: sh open-without-keepsake.sh [ARCHIVE [FOLDER]]"; exit 2 ;;
esac
[ $# -le 2 ] || { say "Usage: sh open-without-keepsake.sh [ARCHIVE [FOLDER]]"; exit 2; }
case $0 in
    */*) archive=${1:-${0%/*}} ;;
    *) archive=${1:-.} ;;
esac
case ${2:-} in
    '') folder=./keepsake-opened ;;
    /*) folder=$2 ;;
    *) folder=./$2 ;;
esac
archive=$(absolute "$archive/" 2>/dev/null) || fail "There is no folder ${1:-$archive} that can be read."
archive=${archive%"$newline".}
if [ -z "${1-}" ] && [ "${archive##*/}" = mirror ] && [ -d "${archive%/*}/objects" ]; then
    archive=${archive%/*}  # started from the mirror
fi
[ -d "$archive/keys" ] || [ -d "$archive/mirror/keys" ] || fail "$archive is not a Keepsake archive: it has no keys."
if [ -e "$folder" ] || [ -L "$folder" ]; then
    if [ ! -d "$folder" ] || [ -n "$(ls -A "$folder")" ]; then fail "$folder is there already and not empty. Name another."; fi
fi
temp=$(mktemp -d) || fail "No temporary folder could be made."

sort_out keys ''
true >"$temp/scrypt"
true >"$temp/plain-keys"
while read -r state path; do
    [ "$state" = sound ] || continue
    stanza=$(sed -n '2{p;q;}' "$archive/$path")
    case $stanza in
        '-> scrypt '*) printf '%s %s\n' "${stanza##* }" "$path" >>"$temp/scrypt" ;;
        *) printf '%s\n' "$path" >>"$temp/plain-keys" ;;
    esac
done <"$temp/keys"
sort -k 1,1nr -k 2 "$temp/scrypt" >"$temp/scrypt-keys"  # passphrases, then recovery keys

opened=''
if [ -n "${KEEPSAKE_IDENTITY_FILE-}" ]; then
    if ! text=$(cat -- "$KEEPSAKE_IDENTITY_FILE") || ! take_identities "$text"; then
        fail "$KEEPSAKE_IDENTITY_FILE holds no age identity (a line AGE-SECRET-KEY-1...). Nothing was done."
    fi
else
    ask_for_passphrase || fail "That opens none of the key files of this archive. Nothing was done; it can be tried again."
fi
open_further_keys
sort_out journal '[0-9a-f]{32}/[0-9]+/[0-9]+(-[0-9]+)?-'
[ -s "$temp/journal" ] || fail "This archive has no journal, neither in journal/ nor in mirror/. Nothing was done."
read_journal
[ -s "$temp/sorted" ] || fail "Nothing of the journal opens with this key. Nothing was given back."

mkdir -p "$folder" || fail "$folder could not be made."
folder=$(absolute "$folder") || fail "$folder cannot be entered."
folder=${folder%"$newline".}
cd -- "$folder" || fail "$folder cannot be entered."
case $folder/ in
    "$archive"/*) say "Note: $folder stands inside the archive. Move it elsewhere before the archive is copied anywhere." ;;
esac
given=0 missing=0
give_files
write_words || problem "words.txt could not be written."
if [ "$problems" -gt 0 ] && [ -d "$archive/parity" ]; then
    say "The archive has recovery data: on a copy of it, try 'par2 repair -B COPY COPY/parity/NAME.par2' for each NAME, then this again."
fi
say "The words are in $folder/words.txt."
printf '%s originals were given back to %s, %s could not be.\n' "$given" "$folder" "$missing"
[ "$problems" -eq 0 ] || exit 4
