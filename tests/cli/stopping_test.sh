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

is_keepsake() { [ "$(cat "/proc/$1/comm")" = keepsake ]; }
has_open() { [ -n "$(find "/proc/$1/fd" -lname "*/$2")" ]; }  # PID FILE
sleeps() { grep -q '^State:.S' "/proc/$1/status"; }
has_heard() { grep -q '^ShdPnd:.0*$' "/proc/$1/status"; }  # no signal waits to be taken

# Stopped once some of it is acknowledged: run a little at a time, so that it is not done with all by then, however
# late this script gets its turn.
"$keepsake" keep photos >"$said/out" 2>"$said/err" </dev/null &
pid=$!
until_so is_keepsake "$pid"
tries=0
while [ "$(segments)" -le "$before" ] && [ "$tries" -lt 3000 ]; do
    tries=$((tries + 1))
    kill -CONT "$pid"
    sleep 0.01
    kill -STOP "$pid"
done
kill -TERM "$pid"
kill -CONT "$pid"
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
expect 'nothing stays behind' [ -z "$(find archive/tmp -type f ! -name reserve 2>/dev/null)" ]

# Waiting for a pipe that nobody writes to can be stopped.
mkfifo silent full
"$keepsake" words 0000 --from silent >"$said/out" 2>"$said/err" </dev/null &
pid=$!
until_so has_open "$pid" silent
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
expect 'waiting for input is stopped' exits 5

# A second signal ends at once, also where the first is not heard: here, writing to a pipe that nobody empties.
exec 3<>full
"$keepsake" list --json >full 2>"$said/err" </dev/null &
pid=$!
# The list is larger than what a pipe holds: once it has begun, a program that sleeps waits for the pipe.
head -c 1 <&3 >/dev/null
until_so sleeps "$pid"
kill -TERM "$pid"
until_so has_heard "$pid"
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
until_so is_keepsake "$pid"
kill -HUP "$pid" 2>/dev/null || true
status=0
wait "$pid" || status=$?
expect 'under nohup, hanging up stops nothing' exits 0
finish
