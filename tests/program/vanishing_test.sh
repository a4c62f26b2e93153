#!/bin/sh
# A disk that is pulled out midway: told once, in one line; what was acknowledged stands, and keeping it again goes on.
# shellcheck disable=SC2016
# shellcheck source=tests/program/support.sh
. "$(dirname "$0")/support.sh"
needs_mounts "$0" "$@"
begin
run new archive
mount_disk 64m camera
mkdir camera/DCIM card
i=0
while [ "$i" -lt 2500 ]; do
    echo "$i" >"camera/DCIM/$i.jpg"
    i=$((i + 1))
done
insert() { mount --bind camera card; }
segments() { find archive/journal -name '*.age' | wc -l; }
count_of() { tr -d , <"$said/out" | sed -nE "$1"; }

insert
before=$(segments)
"$keepsake" keep card/DCIM >"$said/out" 2>"$said/err" </dev/null &
pid=$!
tries=0
while [ "$(segments)" -le "$before" ] && [ "$tries" -lt 2000 ]; do
    tries=$((tries + 1))
    sleep 0.005
done
umount -l card
status=0
wait "$pid" || status=$?
# How far it is is said besides, where keeping takes longer than a moment.
sed -i '/^Keeping: /d' "$said/err"
expect 'a card that is pulled out stops it' exits 5
expect 'which is told once' err_is_one_line
expect 'with what to do' err_is \
    'keepsake: card/DCIM is not there any more. If it stands on a disk of its own, connect that disk again; then keep it once more.'
kept=$(count_of 's/^Stopped\. ([0-9]+) files are kept; keep the same folder again to go on\.$/\1/p')
expect 'and how many are kept is said' [ "${kept:-0}" -gt 0 ]
run list
expect 'they are listed' [ "$(wc -l <"$said/out")" -eq "${kept:-0}" ]
expect 'and given back' gives_back_what_it_lists archive
expect 'nothing half-made stays' nothing_in_tmp archive
run check
expect 'the archive is sound' exits 0
run keep card/DCIM
expect 'an empty slot is nothing to keep' exits 1
expect 'and said to be' err_has 'it is not there'

insert
run keep card/DCIM
expect 'the card again: it goes on' exits 0
expect 'with what is missing' [ "$(count_of 's/^Kept\. ([0-9]+) files\..*/\1/p')" = "$((2500 - ${kept:-0}))" ]

# The archive's own disk.
mount_disk 64m backup
run new backup/archive
i=0
while [ "$i" -lt 40 ]; do head -c 200000 /dev/urandom >"large.$i"; i=$((i + 1)); done
mkdir large
mv large.* large/
"$keepsake" keep large --archive backup/archive >"$said/out" 2>"$said/err" </dev/null &
pid=$!
sleep 0.1
umount -l backup
status=0
wait "$pid" || status=$?
expect "an archive's disk that is pulled out is an error, or it was done" sh -c 'case $1 in 0 | 1 | 5) ;; *) false ;; esac' sh "$status"
run list --archive backup/archive
expect 'an archive whose disk is not there is refused' exits 1
expect 'and not taken for an empty one' err_has 'If it stands on a disk of its own, connect that disk.'
finish
