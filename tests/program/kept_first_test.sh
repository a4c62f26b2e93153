#!/bin/sh
# "Kept." is said as soon as it is so, before its repair data is made: also where nobody sits at a terminal.
# shellcheck source=tests/program/support.sh
. "$(dirname "$0")/support.sh"
needs_strace
begin
run new archive --identity id.txt --recipient "$(age-keygen -y id.txt)"
expect 'an archive is made' exits 0
mkdir photographs
head -c 300000 /dev/urandom >photographs/one.jpg
status=0
timeout "$most_seconds" strace -f -qq -o calls -e trace=write,openat,rename,renameat,renameat2,link,linkat \
    "$keepsake" keep photographs >"$said/out" 2>"$said/err" </dev/null || status=$?
expect 'a folder is kept' exits 0
said_at=$(grep -n 'write(1, "Kept\. 1 file' calls | head -n 1 | cut -d: -f1)
made_at=$(grep -n '\.par2"' calls | tail -n 1 | cut -d: -f1)
expect 'it is said to be kept' [ -n "$said_at" ]
expect 'and its repair data made' [ -n "$made_at" ]
expect 'after that' [ "${said_at:-0}" -lt "${made_at:-0}" ]
finish
