#!/bin/sh
# Being stopped: what was acknowledged stands, and keeping the same folder again goes on.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"

age-keygen -o id.txt 2>/dev/null
export KEEPSAKE_IDENTITY_FILE="$work/id.txt" KEEPSAKE_ARCHIVE="$work/archive"
run new archive
mkdir photos
i=0
while [ "$i" -lt 200 ]; do
    head -c 1000000 /dev/urandom >"photos/$i"
    i=$((i + 1))
done

# Stopped once some of it stands in the archive.
"$keepsake" keep photos >"$said/out" 2>"$said/err" </dev/null &
pid=$!
tries=0
while [ "$(find archive/objects -name '*.age' | wc -l)" -lt 20 ] && [ "$tries" -lt 1000 ]; do
    tries=$((tries + 1))
    sleep 0.01
done
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
expect 'stopping has its own exit code' exits 5
expect 'what stands is said' grep -qE '^Stopped\. ([0-9]+ files? (is|are) kept; keep the same folder again to go on\.|Nothing was kept\.)$' "$said/out"
kept=$(sed -nE 's/^Stopped\. ([0-9]+) .*/\1/p' "$said/out")
run list
expect 'what was said to be kept is listed' [ "$(wc -l <"$said/out")" -eq "${kept:-0}" ]
run check
expect 'and whole' exits 0
run keep photos
expect 'keeping it again goes on' exits 0
expect 'with what is missing' grep -qE "^Kept\. $((200 - ${kept:-0})) files\." "$said/out"
expect 'nothing stays behind' [ -z "$(find archive/tmp -type f 2>/dev/null)" ]

# A second signal ends at once, whatever is going on.
run new second
mkfifo pipe
KEEPSAKE_ARCHIVE=$work/second "$keepsake" words 0000 --from pipe >"$said/out" 2>"$said/err" </dev/null &
pid=$!
sleep 0.5
kill -TERM "$pid"
kill -TERM "$pid" 2>/dev/null || true
status=0
wait "$pid" || status=$?
expect 'a second signal ends at once' exits 5

# An ignored signal stays ignored (nohup).
(
    trap '' HUP
    exec "$keepsake" keep photos --archive second
) >"$said/out" 2>"$said/err" </dev/null &
pid=$!
sleep 0.3
kill -HUP "$pid" 2>/dev/null || true
status=0
wait "$pid" || status=$?
expect 'under nohup, hanging up stops nothing' exits 0
finish
