#!/bin/sh
# A disk that is too small (a tmpfs): said before where that can be known, survived where it cannot; what is kept there
# is read, listed, given back and let go, though not one byte more finds room.
# shellcheck disable=SC2016
# shellcheck source=tests/program/support.sh
. "$(dirname "$0")/support.sh"
needs_mounts "$0" "$@"
begin
disk=$work/disk
mount_disk 16m "$disk"
KEEPSAKE_ARCHIVE=$disk/archive
archive=$disk/archive
refused() {
    exits 1 && err_is_one_line && out_is_empty
}
fill_up() { cat /dev/zero >>"$disk/filler" 2>/dev/null || true; }
number_of() { "$keepsake" list --json </dev/null | jq -r --arg name "$1" 'select(.files[0].name == $name) | .item' | head -n 1; }

run new "$archive"
mkdir few
for i in 1 2 3; do head -c "${i}0000" /dev/urandom >"few/$i.jpg"; done
run keep --parity later few
expect 'there is an archive on a small disk' exits 0

# ---- told before ---------------------------------------------------------------------------------------------
mkdir large
for i in 1 2 3; do head -c "$((9000000 + i))" /dev/urandom >"large/$i.mov"; done
listing "$archive" >before.listing
run keep --parity later large
expect 'too much is refused' refused
expect 'with what it needs and what is free' \
    grep -qxE 'keepsake: This needs 27 MB, 1[0-9] MB are free on the archive.s disk\. Nothing was changed\.' "$said/err"
expect 'and nothing is changed' unchanged "$archive" before.listing
# Of one size: they may be the same, and are stored once then.
mkdir same
head -c 9000000 /dev/urandom >same/1.mov
cp same/1.mov same/2.mov
cp same/1.mov same/3.mov
run keep --parity later same
expect 'what is stored once is not counted thrice' exits 0
expect 'and is kept' out_has 'Kept. 3 files.'

# ---- full midway ---------------------------------------------------------------------------------------------
mkdir many
i=10
while [ "$i" -lt 40 ]; do head -c 500000 /dev/urandom >"many/$i.jpg"; i=$((i + 1)); done
run keep --parity later many
expect 'what may not fit is said' err_has 'This may need 15 MB, '
expect 'a disk that fills up midway stops it' sh -c '[ "$1" -eq 1 ] || [ "$1" -eq 5 ]' sh "$status"
expect 'in plain words' err_has "The archive's disk is full."
kept=$(sed -nE 's/^Stopped\. ([0-9]+) .*/\1/p' "$said/out")
run list --json
expect 'what was said to be kept is there, and no more' [ "$(wc -l <"$said/out")" -eq "$((6 + ${kept:-0}))" ]
expect 'nothing half-made stays' nothing_in_tmp "$archive"
expect 'the archive gives back what it lists' gives_back_what_it_lists "$archive"
run check
expect 'and is sound' exits 0

# ---- not a byte more -----------------------------------------------------------------------------------------
first=$(number_of 1.jpg)
second=$(number_of 2.jpg)
third=$(number_of 3.jpg)
expect 'some room was set aside' [ -s "$archive/tmp/reserve" ]
fill_up
run list
expect 'a full disk is listed' exits 0
run check
expect 'and checked' exits 0
expect 'and gives back' gives_back_what_it_lists "$archive"
run words "$first" 'New words.'
expect 'words are refused' refused
expect 'in plain words' err_is "keepsake: The archive's disk is full. What was kept before stands. Make room on it and try again."
run let-go "$first"
expect 'letting go works' exits 0
expect 'and says so' out_has 'Let go. 1 item.'
run list --let-go
expect 'it is let go' out_has 1.jpg
fill_up
cp -r "$archive/journal" journal.before
run let-go "$second"
expect 'without any room left at all it is refused' refused
expect 'and nothing is written' diff -r journal.before "$archive/journal"
run tend
expect 'where nothing is due there is nothing to tend' exits 0
rm "$disk/filler"
run let-go "$second"
expect 'with room it is let go' exits 0
run keep --parity later few
expect 'and keeping goes on' exits 0
expect 'room is set aside again' [ -s "$archive/tmp/reserve" ]

# ---- this computer's own notes on the full disk ----------------------------------------------------------------
cp -r state "$disk/state"
KEEPSAKE_STATE=$disk/state
run list
printf 'new here' >late.jpg
KEEPSAKE_STATE=$work/state run keep --parity later late.jpg
fill_up
run list
expect 'what the index on a full disk lacks is listed' out_has late.jpg
run let-go "$third"
expect 'and let go' exits 0
run list --let-go
expect 'which is so' out_has 3.jpg
expect 'and given back without it' gives_back_what_it_lists "$archive"
rm "$disk/filler"
run check
expect 'all is sound' exits 0

# ---- a new archive, and giving back, where there is no room ------------------------------------------------------
fill_up
run new "$disk/another"
expect 'no archive is made on a full disk' exits 1
expect 'and nothing of it stays' [ ! -e "$disk/another" ]
run get --all --to "$disk/out"
expect 'giving back to a full disk stops' exits 1
expect 'and leaves nothing that is not whole' [ -z "$(find "$disk/out" -type f 2>/dev/null)" ]
finish
