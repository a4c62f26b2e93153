#!/bin/sh
# Being stopped: what was acknowledged stands, and keeping the same folder again goes on.
# shellcheck disable=SC2016
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"

age-keygen -o id.txt 2>/dev/null
export KEEPSAKE_IDENTITY_FILE="$work/id.txt" KEEPSAKE_ARCHIVE="$work/archive"
run new archive
mkdir photos
i=0
while [ "$i" -lt 3000 ]; do
    echo "$i" >"photos/$i"
    i=$((i + 1))
done
segments() { find archive/journal -name '*.age' | wc -l; }
before=$(segments)

# Stopped once some of it is acknowledged.
"$keepsake" keep photos >"$said/out" 2>"$said/err" </dev/null &
pid=$!
tries=0
while [ "$(segments)" -le "$before" ] && [ "$tries" -lt 1000 ]; do
    tries=$((tries + 1))
    sleep 0.01
done
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
expect 'stopping has its own exit code' exits 5
expect 'what stands is said' grep -qE '^Stopped\. [0-9,]+ files? (is|are) kept; keep the same folder again to go on\.$' "$said/out"
kept=$(sed -nE 's/^Stopped\. ([0-9,]+) .*/\1/p' "$said/out" | tr -d ,)
run list
expect 'what was said to be kept is listed' [ "$(wc -l <"$said/out")" -eq "${kept:-0}" ]
run check
expect 'and whole' exits 0
run keep photos
expect 'keeping it again goes on' exits 0
expect 'with what is missing' [ "$(sed -nE 's/^Kept\. ([0-9,]+) files\..*/\1/p' "$said/out" | tr -d ,)" = "$((3000 - ${kept:-0}))" ]
expect 'nothing stays behind' [ -z "$(find archive/tmp -type f 2>/dev/null)" ]

# Waiting for a pipe that nobody writes to can be stopped.
mkfifo silent full
"$keepsake" words 0000 --from silent >"$said/out" 2>"$said/err" </dev/null &
pid=$!
sleep 0.3
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
expect 'waiting for input is stopped' exits 5

# A second signal ends at once, also where the first is not heard: here, writing to a pipe that nobody empties.
exec 3<>full
"$keepsake" list --json >full 2>"$said/err" </dev/null &
pid=$!
sleep 0.5
kill -TERM "$pid"
sleep 0.3
expect 'the first signal asks' kill -0 "$pid"
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
exec 3>&-
: >"$said/out"
expect 'the second ends' exits 5

# An ignored signal stays ignored (nohup).
run new second
mkdir few
cp photos/1* few/
(
    trap '' HUP
    exec "$keepsake" keep few --archive second
) >"$said/out" 2>"$said/err" </dev/null &
pid=$!
sleep 0.3
kill -HUP "$pid" 2>/dev/null || true
status=0
wait "$pid" || status=$?
expect 'under nohup, hanging up stops nothing' exits 0
finish
