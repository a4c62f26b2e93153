#!/bin/sh
# What is refused: in one line, with its exit code, and before anything is changed.
# shellcheck disable=SC2016
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"

refused() {  # CODE
    exits "$1" && err_is_one_line && out_is_empty
}

printf 'correct horse\n' >passphrase
printf 'wrong\n' >wrong
printf '\nsecond line\n' >empty
printf 'correct horse\r\n' >dos
age-keygen -o id.txt 2>/dev/null
age-keygen -o other.txt 2>/dev/null
run new archive --passphrase-file passphrase --identity id.txt
expect 'an archive is made with two ways in' exits 0
listing archive >"$work/archive.listing"

run list --archive archive
expect 'no way in is refused' refused 1
expect 'and says what to use' err_is 'keepsake: No way in was given: use --passphrase-file, --identity, or a terminal.'
run list --archive archive --passphrase-file wrong
expect 'a wrong passphrase is refused' refused 1
expect 'in these words' err_is 'keepsake: That passphrase does not open this archive.'
run list --archive archive --identity other.txt
expect 'a wrong identity is refused' refused 1
run list --archive archive --identity passphrase
expect 'a file without an identity is refused' refused 1
run list --archive archive --passphrase-file empty
expect 'an empty first line is refused' refused 1
run list --archive archive --passphrase-file nosuchfile
expect 'a missing file is refused' refused 1
run list --archive archive --identity .
expect 'a folder is no identity file' refused 1
run list --archive archive --passphrase-file dos
expect 'a line end of another system is no part of the passphrase' exits 0
printf 'correct horse' | "$keepsake" list --archive archive --passphrase-file - >"$said/out" 2>"$said/err" || status=1
expect 'a passphrase comes from standard input, too' exits 0

run list --archive passphrase --identity id.txt
expect 'a file is no archive' refused 1
expect 'and said to be one' err_is "keepsake: passphrase is a file, not an archive's folder."
run new /sys/keepsake --identity id.txt
expect 'nor is one made where nothing may be written' refused 1
expect 'which is said in plain words' err_has 'Its disk is read-only, or it belongs to somebody else. Nothing was changed.'
mkdir nothing
run list --archive nothing --identity id.txt
expect 'a folder that is no archive is refused' refused 1
run list --archive nosuchfolder --identity id.txt
expect 'a missing folder is refused' refused 1
run list --identity id.txt
expect 'no archive at all is refused' refused 1
run new archive --identity id.txt
expect 'an archive is not made over another' refused 1
mkdir full
printf x >full/x
run new full --identity id.txt
expect 'nor in a folder that is not empty' refused 1
expect 'which stays as it is' [ "$(ls -A full)" = x ]
run new another
expect 'nor without a way in' refused 1
expect 'and nothing is left of it' [ ! -e another ]
run new another --recipient age1nonsense
expect 'nor for what is no recipient' refused 1
expect 'and nothing is left of it either' [ ! -e another ]

mkdir -p home/photos
printf x >home/photos/x
cp -a archive home/archive
run keep home --archive home/archive --identity id.txt
expect 'an archive inside of what is to be kept is refused' refused 1
expect 'and said' err_has "The archive stands inside the folder 'home':"
run keep archive/keys --archive archive --identity id.txt
expect 'a part of the archive itself is refused' refused 1

run keep home/photos --archive archive --identity id.txt
number=$("$keepsake" list --json --archive archive --identity id.txt </dev/null | jq -r .item)
printf 'caf\351' >latin
run words "$number" --from latin --archive archive --identity id.txt
expect 'words that are not UTF-8 are refused' refused 1
expect 'and said to be so' err_has 'not UTF-8'
run words "$number" "$(printf 'caf\351')" --archive archive --identity id.txt
expect 'typed ones as well' refused 1
printf 'a\0b' >nul
run words "$number" --from nul --archive archive --identity id.txt
expect 'words with a NUL byte are refused' refused 1
expect 'and said to hold one' err_has 'These words hold a NUL byte'
run words ffffffffffffffff text --archive archive --identity id.txt
expect 'words for what is not there are refused' refused 1
run words c7e text --archive archive --identity id.txt
expect 'a number of three digits is refused' refused 1
expect 'and how many it takes is said' err_has 'at least 4 digits'
run cover "$number" '' --archive archive --identity id.txt
expect 'an empty cover is refused' refused 1
run cover "$number" "$(printf '%0161d' 0)" --archive archive --identity id.txt
expect 'a cover of 161 characters is refused' refused 1
run moment add nosuchmoment "$number" --archive archive --identity id.txt
expect 'a moment that is not there is refused' refused 1
run key add nonsense --archive archive --identity id.txt
expect 'what is no recipient is refused as a way in' refused 1
run key add --passphrase --archive archive --identity id.txt
expect 'a new passphrase that nobody can be asked for is refused' refused 1

# ---- a damaged archive, a full disk --------------------------------------------------------------------------
cp -a archive torn
echo '{' >torn/keepsake.json
cp torn/keepsake.json torn/mirror/
run list --archive torn --identity id.txt
expect 'an archive too damaged to open has the exit code of damage' refused 4
cp -a archive silent
rm -r silent/journal silent/mirror/journal
for command in check list; do
    run "$command" --archive silent --identity id.txt
    expect "$command: an archive without its journal has the exit code of damage" refused 4
    expect 'and what to do is said' err_has 'from another copy'
done
rm -r silent
cp -a archive gap
cp -a state gap-state
KEEPSAKE_STATE=$work/gap-state
rm -r gap/objects/*
run keep home/photos --archive gap --identity id.txt
expect 'an original that was missing is kept again' exits 0
expect 'and said to be whole again' out_has '1 original that was missing or damaged here is whole again.'
run check --archive gap --identity id.txt
expect 'as it is' exits 0
rm -r gap gap-state
KEEPSAKE_STATE=$work/state
head -c 300000 /dev/urandom >large
listing archive >"$work/archive.listing"
(
    trap '' XFSZ
    ulimit -f 200
    exec "$keepsake" keep large --archive archive --identity id.txt
) >"$said/out" 2>"$said/err" </dev/null && status=0 || status=$?
expect 'a file that the disk cannot hold is refused' refused 1
expect 'in plain words' err_has 'larger than this disk can hold'
expect 'and the archive is as it was' unchanged archive "$work/archive.listing"

env -u KEEPSAKE_STATE -u HOME XDG_STATE_HOME=relative "$keepsake" list --archive archive --identity id.txt \
    >"$said/out" 2>"$said/err" </dev/null && status=0 || status=$?
expect 'a relative state folder is never used' [ ! -e relative ]
finish
