#!/bin/sh
# Files that ask for much, through the finished program: each is kept and comes back to the byte, each is drawn or said
# not to open, and the program's own memory stays what it is. KEEPSAKE_TEST_LONG=1 takes those, too, that use up their time, and
# draws all of them, not a sample.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/../cli/support.sh"
write_bombs=$(realpath "${3:?usage: $0 PROGRAM ON_TERMINAL WRITE_BOMBS MOST_MEGABYTES}")
most_megabytes=${4:?usage: $0 PROGRAM ON_TERMINAL WRITE_BOMBS MOST_MEGABYTES}

mkdir in
"$write_bombs" in
is_long() { [ -n "${KEEPSAKE_TEST_LONG:-}" ]; }
is_long || rm in/forms.pdf in/content.pdf in/picture.pdf in/filter.svg
age-keygen -o id.txt 2>/dev/null
export KEEPSAKE_IDENTITY_FILE="$work/id.txt" KEEPSAKE_ARCHIVE="$work/archive"
run new archive
status=0
/usr/bin/time -f %M -o memory "$keepsake" keep in >"$said/out" 2>"$said/err" </dev/null || status=$?
sanitized
expect 'all are kept' exits 0
if grep -q 'nothing here can look at it' "$said/err"; then
    echo 'skipped: this system has no cage for readers'
    finish
    exit 0
fi
within_memory() { [ "$most_megabytes" -eq 0 ] || [ "$(tail -n 1 memory)" -le $((most_megabytes * 1024)) ] || cat memory; }
expect "keeping takes at most $most_megabytes MB" [ -z "$(within_memory)" ]
run get --all --to out
expect 'all come back' exits 0
expect 'to the byte' diff -r in out/in

run list --json
cp "$said/out" items
expect 'each is listed' [ "$(jq -s length items)" -ge "$(find in -type f | wc -l)" ]
jq -r .item items | if is_long; then cat; else sed -n '1~6p'; fi >ids
while read -r id; do
    rm -f picture.jpg
    run preview "$id" --to picture.jpg
    if [ "$status" -eq 0 ]; then
        [ -s picture.jpg ] || { expect "$id is drawn" false; }
    elif ! grep -qE 'won.t open here\. The original is safe\.|There is no picture of' "$said/err"; then
        expect "$id is drawn, or said not to open" told
    fi
done <ids
expect 'each was asked for' [ -s ids ]
finish
