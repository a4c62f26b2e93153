#!/bin/sh
# Passphrases, recovery words, identities: made, used, changed, ended.
# shellcheck disable=SC2016
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"

age-keygen -o id.txt 2>/dev/null
age-keygen -o ana.txt 2>/dev/null
ana=$(age-keygen -y ana.txt)
printf 'first passphrase\n' >first
printf 'second passphrase\n' >second
export KEEPSAKE_ARCHIVE="$work/archive"

run new archive --passphrase-file first --recovery-key
expect 'an archive is made with a recovery key' exits 0
expect 'in a pipe the twelve words stand alone' grep -qxE '([a-z]+-){11}[a-z]+' "$said/out"
cp "$said/out" words
tr '-' ' ' <words >spaced
mkdir photos
printf x >photos/x
run keep photos --passphrase-file words
expect 'the recovery words open it' exits 0
run list --passphrase-file spaced
expect 'also with spaces between them' exits 0
expect 'stock age opens the recovery key file with them' sh -c '
    for key in archive/keys/*.age; do
        "$0" "age -d $key" "$(cat words)\n" | grep -q AGE-SECRET-KEY-1 && exit 0
    done
    exit 1' "$on_terminal"

export KEEPSAKE_PASSPHRASE_FILE="$work/first"
run list --identity id.txt
expect 'an option goes before the environment' exits 1
run key add "$ana" --name Ana
expect 'a recipient is added' exits 0
run list --identity ana.txt
expect 'and opens' exits 0
run key add "$ana" --name Kim
expect 'the same recipient twice is refused' exits 1
expect 'and whose it is said' err_is 'keepsake: Ana has this recipient already: see `keepsake key list`.'
run key add "$(age-keygen -y id.txt)" --name Ana
expect 'so is a name in use' exits 1
expect 'and said to be' err_is 'keepsake: A way in is called Ana already: see `keepsake key list`.'
run key add --recovery --name Ana
expect 'whatever it is for' exits 1
expect 'and no words are shown' out_is_empty
KEEPSAKE_IDENTITY_FILE=$work/ana.txt run key list
expect 'the ways in are listed' sh -c '[ "$(wc -l <"$0/.said/out")" -eq 3 ]' "$work"
expect 'a recipient with its name and text' sh -c 'grep -F Ana "$0/.said/out" | grep -qF "$1"' "$work" "$ana"
expect 'the one that opened is marked' sh -c 'grep -F "(opened this now)" "$0/.said/out" | grep -qF Ana' "$work"
run key add --recovery --name drawer
expect 'another recovery key is added' grep -qxE '([a-z]+-){11}[a-z]+' "$said/out"

run key change --new-passphrase-file second
expect 'the passphrase is changed' exits 0
expect 'what that does not do is said' out_has 'stays readable'
run list
expect 'the old one opens no more' exits 1
run list --passphrase-file second
expect 'the new one opens' exits 0
run list --identity ana.txt
expect 'other ways in stay' exits 0
run list --passphrase-file words
expect 'recovery words too' exits 0
run key remove Ana --passphrase-file second
expect 'a way in is removed' exits 0
expect 'what that does not do is said here, too' out_is \
    'Removed. What was kept before stays readable to whoever had it; `keepsake key rotate --reseal` encrypts it anew.'
run list --identity ana.txt
expect 'it opens no more' exits 1
run key rotate --reseal --passphrase-file second
expect 'everything is encrypted anew' exits 0
run get --all --to out --passphrase-file second
expect 'and given back' cmp photos/x out/photos/x
run check --passphrase-file second
expect 'and sound' exits 0

# ---- an archive for an identity alone ------------------------------------------------------------------------
unset KEEPSAKE_PASSPHRASE_FILE
run new second-archive --recipient "$ana"
expect 'an archive is made for a recipient' exits 0
run keep photos --archive second-archive --identity ana.txt
expect 'its identity opens it' exits 0
for key in second-archive/keys/*.age; do age -d -i ana.txt "$key" >whole.txt; done
run list --archive second-archive --identity whole.txt
expect "the archive's own identity file opens it as well" exits 0

# ---- keys that were changed on two copies at once ----------------------------------------------------------------
age-keygen -o kim.txt 2>/dev/null
kim=$(age-keygen -y kim.txt)
run new joined --recipient "$ana"
cp -r joined elsewhere-copy
run key add --recipient "$kim" --name Kim --archive joined --identity ana.txt
run key rotate --archive joined --identity ana.txt
KEEPSAKE_STATE=$work/elsewhere run key rotate --archive elsewhere-copy --identity ana.txt
cp -rn joined/. elsewhere-copy/
KEEPSAKE_STATE=$work/elsewhere run key rotate --join --archive elsewhere-copy --identity ana.txt
expect 'two changes of keys are joined' exits 0
expect 'and before it is shown who may open the archive then' out_has 'Once the two changes of keys are joined, these open the archive:'
expect 'whom the other side let in, too' out_has "Kim  $kim"
run list --archive elsewhere-copy --identity kim.txt
expect 'and that is so' exits 0
cp -rn elsewhere-copy/. joined/
run key rotate --join --archive joined --identity ana.txt
expect 'where nothing stands beside, it is a change like any other' exits 0
expect 'and nothing is shown first' out_lacks 'Once the two'

# ---- devices -------------------------------------------------------------------------------------------------
run device name "Ana's laptop" --archive second-archive --identity ana.txt
expect 'this device is named' exits 0
run device list --archive second-archive --identity ana.txt
expect 'and listed' sh -c 'grep -F "laptop" "$0/.said/out" | grep -qF "(this device)"' "$work"
KEEPSAKE_STATE=$work/elsewhere run keep id.txt --archive second-archive --identity ana.txt
KEEPSAKE_STATE=$work/elsewhere run device name Desktop --archive second-archive --identity ana.txt
KEEPSAKE_STATE=$work/third run keep id.txt --archive second-archive --identity ana.txt
KEEPSAKE_STATE=$work/third run device name Desktop --archive second-archive --identity ana.txt
run device retire Desktop --archive second-archive --identity ana.txt
expect 'of two devices with one name none is guessed' exits 1
expect 'and that is said' err_is \
    'keepsake: More than one device is called Desktop: use its number, see `keepsake device list`.'
KEEPSAKE_STATE=$work/third run device name Tablet --archive second-archive --identity ana.txt
run device retire Desktop --archive second-archive --identity ana.txt
expect 'another device is retired by its name' exits 0
run device list --archive second-archive --identity ana.txt
expect 'and listed as that' sh -c 'grep -F Desktop "$0/.said/out" | grep -qF "(retired)"' "$work"
printf y >photos/y
run keep photos --archive second-archive
expect 'a device keeps nothing without a way in' exits 1
run device keep-locked on --archive second-archive --identity ana.txt
run keep photos --archive second-archive
expect 'unless it was told that it may' exits 0
run list --archive second-archive
expect 'which lets it read nothing' exits 1
run device keep-locked off --archive second-archive --identity ana.txt
run keep photos --archive second-archive
expect 'and is taken back' exits 1
expect 'local state holds no secret in the open' sh -c '! grep -rlaE "AGE-SECRET-KEY|BEGIN OPENSSH" "$0/state"' "$work"
expect 'nor are its folders open to others' sh -c '[ -z "$(find "$0/state" -type d -perm /077)" ]' "$work"
finish
