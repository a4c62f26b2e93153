#!/bin/sh
# The weekly check: the command of its unit, on sound and on damaged archives, and what a person is told then.
#
#   weekly_check_test.sh PROGRAM ON_TERMINAL
# shellcheck disable=SC2016
units=$(realpath "$(dirname "$0")/../../packaging/systemd")
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/../cli/support.sh"

# As systemd does it: the line is cut into words, and each %f is the folder's name, whatever that holds.
unit_command() {  # UNIT FOLDER
    line=$(sed -n 's/^ExecStart=://p' "$units/$1")
    folder=$2
    # shellcheck disable=SC2086
    set -- $line
    for word in "$@"; do
        shift
        case $word in %f) word=$folder ;; '"@KEEPSAKE_BIN@/keepsake"') word=$keepsake ;; esac
        set -- "$@" "$word"
    done
    status=0
    "$@" >"$said/out" 2>"$said/err" </dev/null || status=$?
}
check() { unit_command keepsake-check@.service "$1"; }

printf 'good passphrase\n' >passphrase
archive="$work/Ana's \$HOME archive"
"$keepsake" new "$archive" --passphrase-file passphrase >/dev/null
mkdir photos
for number in 1 2 3; do echo "picture $number" >"photos/$number.jpg"; done
"$keepsake" keep photos --archive "$archive" --passphrase-file passphrase >/dev/null
rm -rf state
listing "$archive" >before
folders() { (cd "$archive" && find . -type d | sort); }
folders >folders-before

check "$archive"
expect 'a sound archive is well' exits 0
expect 'without a word of trouble' err_is_empty
expect 'a check notes when it was, and nothing else' sh -c '[ "$(find state -type f -printf "%f\\n" | cut -c 1-5)" = copy- ]'
expect 'and changes nothing in the archive' unchanged "$archive" before
folders >folders-after
expect 'nor leaves a folder' cmp folders-before folders-after
chmod -R a-w "$archive"
check "$archive"
expect 'an archive that may only be read is checked as well' exits 0
chmod -R u+w "$archive"

object=$(find "$archive/objects" -name '*.age' | head -n 1)
printf x | dd of="$object" bs=1 seek=240 conv=notrunc 2>/dev/null
check "$archive"
expect 'damage ends it with 4' exits 4
expect 'and is named' sh -c 'cat "$0/.said/out" "$0/.said/err" | grep -qF "$1"' "$work" "${object##*/}"
mkdir empty
check "$work/empty"
expect 'an empty folder is no archive in order' exits 1
check "$work/not connected"
expect 'nor is one that is not there' exits 1

# ---- telling --------------------------------------------------------------------------------------------------
mkdir bin bare
for tool in sh id tr awk cat; do ln -s "$(command -v "$tool")" bare/; done
for tool in notify-send write sendmail; do
    {
        echo '#!/bin/sh'
        # shellcheck disable=SC2028
        echo "{ printf '%s\\n' \"\$@\"; [ $tool = notify-send ] || cat; } >>'$said/$tool'"
    } >"bin/$tool"
done
printf '#!/bin/sh\necho "%s tty7 2026-11-25"\necho "somebody tty8 2026-11-25"\n' "$(id -un)" >bin/who
chmod +x bin/*
tell() {  # RESULT STATUS PATH FOLDER
    rm -f "$said/notify-send" "$said/write" "$said/sendmail"
    status=0
    PATH=$3 MONITOR_SERVICE_RESULT=$1 MONITOR_EXIT_STATUS=$2 "$units/tell-check" "$4" >"$said/out" 2>"$said/err" || status=$?
}
tell exit-code 4 "$work/bin:$work/bare" "$archive"
expect 'damage is told' exits 0
expect 'on the desktop' grep -qxF 'Keepsake: damage found in an archive' "$said/notify-send"
expect 'where it stays until it is seen' grep -qxF -e '--urgency=critical' "$said/notify-send"
expect 'with the archive' grep -qF "$archive" "$said/notify-send"
expect 'on terminals' grep -qF 'The weekly check found damage' "$said/write"
expect 'of this user alone' sh -c 'grep -qxF tty7 "$1" && ! grep -qxF tty8 "$1"' sh "$said/write"
expect 'by mail' grep -qxF 'Subject: Keepsake: damage found in an archive' "$said/sendmail"
expect 'and in the journal, with where else' out_has 'Told by: desktop tty7 mail'
tell exit-code 1 "$work/bin:$work/bare" "$work/not connected"
expect 'a disk that is not there is told as that' grep -qF 'is that disk connected?' "$said/notify-send"
expect 'and not as damage' sh -c '! grep -qF damage "$1"' sh "$said/notify-send"
tell timeout '' "$work/bin:$work/bare" "$archive"
expect 'a check that was ended is told' grep -qF 'did not come to its end (timeout)' "$said/notify-send"
tell exit-code 4 "$work/bare" "$archive"
expect 'where nothing can tell, the journal has it' out_has 'The weekly check found damage'
expect 'and says what is missing' out_has 'is there notify-send, write or sendmail here?'
tell exit-code 4 "$work/bin:$work/bare" "$(printf '/a\nTo: everyone\n\nhello')"
expect 'a name cannot add lines' sh -c '! grep -qx "To: everyone" "$1"' sh "$said/sendmail"
finish
