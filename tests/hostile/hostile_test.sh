#!/bin/sh
# Archives that somebody made to do harm: whatever stands in the folder, the program takes bounded time and memory,
# hangs on nothing, writes nothing outside of it, and says what is wrong with the exit code that stands for it.
#
#   hostile_test.sh PROGRAM ON_TERMINAL MEGABYTES      the most memory that it may take; 0: not looked at (sanitizers take more)
#
# KEEPSAKE_TEST_LONG=1: a million files instead of twenty thousand.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/../cli/support.sh"
megabytes=${3:?usage: $0 PROGRAM ON_TERMINAL MEGABYTES}
many=20000
seconds=120
if [ -n "${KEEPSAKE_TEST_LONG:-}" ]; then
    many=1000000
    seconds=1800
    [ "$megabytes" -eq 0 ] || megabytes=$((megabytes + many / 1000))  # a listing: at most 1 KB a file
fi
seconds=$((seconds * ${KEEPSAKE_PATIENCE:-1}))  # ctest says how much longer with a sanitizer
[ -x /usr/bin/time ] || { echo 'SKIPPED: memory is not looked at without /usr/bin/time'; megabytes=0; }
empty_hash=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
stranger=00000000000000000000000000000007

# ---- a small sound archive, and what stands around it --------------------------------------------------------
age-keygen -o id.txt 2>/dev/null
mkdir src around
printf 'one' >src/one
printf 'two' >src/two
head -c 200000 /dev/urandom >src/three
printf 'not to be touched' >around/file
run new sound --identity id.txt
run keep src --archive sound --identity id.txt
expect 'a sound archive to begin with' exits 0
device=$(ls sound/journal)
object=$(cd sound && find objects -type f -size +100k)

measured() {  # ARGUMENTS...
    status=0
    if [ "$megabytes" -gt 0 ]; then
        timeout -s KILL "$seconds" /usr/bin/time -q -o "$said/memory" -f %M "$keepsake" "$@" \
            >"$said/out" 2>"$said/err" </dev/null || status=$?
    else
        echo 0 >"$said/memory"
        timeout -s KILL "$seconds" "$keepsake" "$@" >"$said/out" 2>"$said/err" </dev/null || status=$?
    fi
    sanitized
}
bounded() {
    [ "$status" -ne 137 ] || { echo "still running after $seconds s"; return 1; }
    [ "$(tail -n 1 "$said/memory")" -le $((megabytes * 1024)) ] || [ "$megabytes" -eq 0 ] ||
        { echo "took $(tail -n 1 "$said/memory") KB"; return 1; }
}
outside() {
    find . \( -path ./hostile -o -path ./state -o -path ./got -o -path ./.said \) -prune -o \
        -type f ! -name 'expect.out' ! -name 'listing.*' -printf '%P %s %T@\n' | sort
}

begin() {
    chmod -R u+rwX hostile 2>/dev/null || :
    rm -rf hostile state got away
    cp -a sound hostile
    mkdir away
}
# The same six commands for each; `codes` are their exit codes, in this order.
attacked() {  # WHAT CODES
    what_was_done=$1
    # shellcheck disable=SC2086
    set -- $2
    outside >"$said/before"
    for command in list check 'check --without-key' 'get --all --to got' 'keep src/one around/file' tend; do
        # shellcheck disable=SC2086
        measured $command --archive hostile --identity id.txt
        expect "$what_was_done: $command takes bounded time and memory" bounded
        expect "$what_was_done: $command has exit code $1" exits "$1"
        [ "$status" -eq 0 ] || expect "$what_was_done: $command says why" [ -s "$said/err" ]
        shift
    done
    outside >"$said/after"
    expect "$what_was_done: nothing is written outside" diff "$said/before" "$said/after"
}
each_file() { find hostile/keys hostile/journal hostile/objects hostile/README.txt hostile/keepsake.json -type f; }
# A file in a place by its hash, as if it were the archive's.
planted() {  # FILE FOLDER PREFIX
    mkdir -p "$2"
    cp "$1" "$2/$3$(sha256sum <"$1" | cut -c 1-64).age"
}

# ---- what is no file, or another than it seems ---------------------------------------------------------------
for folder in objects tmp journal keys mirror; do
    begin
    if [ -d "hostile/$folder" ]; then mv "hostile/$folder" away/it; else mkdir away/it; fi
    ln -s ../away/it "hostile/$folder"
    case $folder in
        objects) codes='0 4 4 0 4 1' ;;
        tmp) codes='0 0 0 0 4 0' ;;
        journal) codes='0 4 4 0 4 4' ;;
        keys) codes='0 4 4 0 4 4' ;;
        mirror) codes='0 0 0 0 4 4' ;;
    esac
    attacked "$folder/ leads elsewhere" "$codes"
done
begin
mkdir away/it
for digit in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do
    for other in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do
        [ -e "hostile/objects/$digit$other" ] || ln -s ../../away/it "hostile/objects/$digit$other"
    done
done
attacked 'folders of objects lead elsewhere' '0 0 0 0 4 0'
begin
ln -s . "hostile/journal/$device/1"
ln -s ../.. "hostile/journal/$device/2"
ln -s . hostile/journal/self
ln -s .. hostile/objects/aa
ln -s ../.. hostile/mirror/journal/up
attacked 'folders in a circle' '0 0 0 0 0 0'
begin
each_file | while read -r file; do rm "$file"; mkfifo "$file"; done
attacked 'pipes in place of files' '4 4 4 4 0 0'
begin
each_file | while read -r file; do rm "$file"; ln -s /dev/zero "$file"; done
attacked 'links to a device without end' '4 4 4 4 0 0'
begin
each_file | while read -r file; do rm "$file"; mkdir "$file"; done
attacked 'folders in place of files' '4 4 4 4 0 0'

# ---- sizes and counts that are not believed ------------------------------------------------------------------
begin
truncate -s 1T probe 2>/dev/null && sparse=yes || sparse=
rm -f probe
if [ -n "$sparse" ]; then
    each_file | while read -r file; do truncate -s 1T "$file"; done
    truncate -s 1T "hostile/objects/00$(printf '%062d' 0).age"
    attacked 'a terabyte of nothing under every name' '4 4 4 4 0 4'
else
    echo 'SKIPPED: this file system has no file of a terabyte'
fi
begin
truncate -s 1000000000 hostile/keepsake.json
attacked 'keepsake.json of a gigabyte' '4 4 4 4 0 0'
begin
head -c 60000 /dev/zero | tr '\0' '[' >hostile/keepsake.json
attacked 'keepsake.json 60,000 deep' '4 4 4 4 0 0'
begin
echo '{"format":"keepsake","version":99999999999999999999,"reads":1}' >hostile/keepsake.json
cp hostile/keepsake.json hostile/mirror/keepsake.json
attacked 'a version past all numbers' '4 4 4 4 4 4'
begin
{
    printf 'age-encryption.org/v1\n'
    yes -- '-> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc
hjabGXwSLQ9c3S6Lw2i+S2Tu2fiwQHHslbBN6B41FLE' | head -n 200000
} >stanzas
planted stanzas hostile/keys ''
planted stanzas "hostile/journal/$device/0" 3-
cat stanzas >"hostile/$object"
attacked 'headers of 100,000 stanzas' '4 4 4 4 0 4'
begin
{
    printf 'age-encryption.org/v1\n-> '
    head -c 60000000 /dev/zero | tr '\0' a
} >stanzas
planted stanzas hostile/keys ''
planted stanzas "hostile/journal/$device/0" 3-
cat stanzas >"hostile/$object"
attacked 'a header line of 60 MB' '4 4 4 4 0 4'
rm stanzas
begin
printf '%s\n%s\n%s\n%s\n%s' 'age-encryption.org/v1' '-> scrypt rF0/NwblUHHTpgQgRpe5CQ 30' \
    'gUjEymFKMVXQEKdMMHL24oYexjE3TIC0O0zGSqJ2aUY' '--- IusVN8KwQb0HiRaLIzmVkEnXFL3FlZHNKgD8fI8u1Zs' \
    '0123456789abcdef0123456789abcdef' >stretched
planted stretched hostile/keys ''
printf 'correct horse\n' >passphrase
measured list --archive hostile --passphrase-file passphrase
expect 'a key file with logN 30 is not stretched' bounded
expect 'and opens nothing' exits 1
rm stretched
attacked 'a key file with logN 30' '0 4 4 0 0 0'
begin
(cd hostile/keys && seq 1 100000 | awk '{ printf "%064x.age\n", $1 }' | xargs touch)
attacked '100,000 key files' '1 1 4 1 1 1'

begin
head -c 1000000 /dev/urandom >noise
for number in $(seq 1 100); do
    { cat hostile/mirror/keys/*.age; echo "$number"; cat noise; } >large
    planted large hostile/keys ''
done
rm noise large
attacked '100 key files of a megabyte' '1 1 4 1 1 1'

# ---- names -----------------------------------------------------------------------------------------------------
begin
numbered() {  # FOLDER FORMAT
    mkdir -p "$1"
    seq 1 "$many" | awk -v hash="$empty_hash" -v format="$2" \
        '{ if ($1 % 1000 == 0 || $1 == 1) print "mkdir -p " int($1 / 1000); }' | (cd "$1" && sh)
    seq 1 "$many" | awk -v hash="$empty_hash" -v format="$2" \
        '{ print int($1 / 1000) "/" (format == "one" ? $1 : $1 "-" $1 + 1) "-" hash ".age" }' | (cd "$1" && xargs touch)
}
numbered "hostile/journal/$stranger" one
attacked "$many empty segments" '4 4 4 4 0 0'
measured list --archive hostile --identity id.txt
expect 'of which a thousand are named, and the others counted' \
    sh -c "[ \$(wc -l <'$said/err') -le 1002 ] && grep -q '^journal: .* more files of it could not be taken in' '$said/err'"
numbered "hostile/journal/$stranger" two
numbered "hostile/mirror/journal/$stranger" two
attacked "and $many empty rollups" '4 4 4 4 0 0'
begin
for name in '..age' '-.age' '1-.age' '0-'"$empty_hash.age" '2-1-'"$empty_hash.age" '01-'"$empty_hash.age" \
    '18446744073709551616-'"$empty_hash.age" '18446744073709551615-'"$empty_hash.age" "$(printf 'a\nb.age')" \
    "$(printf '\033[2J\377.age')" "$(printf '%0250d.age' 0)"; do
    : >"hostile/journal/$device/0/$name"
    : >"hostile/keys/$name"
    : >"hostile/$name"
done
attacked 'names that are none' '0 4 4 0 0 0'
expect 'and none of them reaches the terminal as it is' sh -c "! grep -q '$(printf '\033')' '$said/err' '$said/out'"
finish
