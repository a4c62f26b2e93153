#!/bin/sh
# What docs/threat-model.md claims of thieves, hosts and locked computers, held against the real program's bytes.
#
#   threat_model_test.sh PROGRAM ON_TERMINAL
# shellcheck disable=SC2016
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/cli/support.sh"

printf 'Passwort-der-Familie\n' >passphrase
age-keygen -o ana.txt 2>/dev/null
ana=$(age-keygen -y ana.txt)
export KEEPSAKE_ARCHIVE="$work/archive" KEEPSAKE_IDENTITY_FILE="$work/ana.txt"

# An archive in which everything has a name that would be known again.
mkdir -p 'src/Geheimordner'
printf 'Inhalt-des-Bildes %0500d' 7 >src/Geheimordner/Verraeterisch.jpg
printf 'other' >'src/Zweitname.png'
printf 'gone' >src/Vergangen.jpg
"$keepsake" new archive --passphrase-file passphrase --recovery-key >recovery-words
"$keepsake" key add "$ana" --name Schluesselname --passphrase-file passphrase >/dev/null
run keep src
item=$("$keepsake" list Verraeterisch | cut -d ' ' -f 1)
run words "$item" 'Kurzworte in unserer Hand'
yes 'Langworte in unserer Hand' | head -n 50 >long
run words "$("$keepsake" list Zweitname | cut -d ' ' -f 1)" --from long
run moment new Augenblicksname
run moment add Augenblicksname "$item"
run cover "$item" 'Deckworte davor'
run device name Geraetename
run let-go "$("$keepsake" list Vergangen | cut -d ' ' -f 1)"
expect 'there is an archive' exits 0
for key in archive/keys/*.age; do age -d -i ana.txt "$key" >identity 2>/dev/null && break; done
sed -n 's/^\(AGE-SECRET-KEY-1.*\)/\1/p' identity >secrets
sed -n 's/^# root //p' identity >>secrets
age-keygen -y identity | head -n 1 >recipient
find archive/journal -name '*.age' -exec age -d -i identity {} \; >journal.txt

named='Geheimordner Verraeterisch Zweitname Vergangen Kurzworte Langworte Augenblicksname Deckworte Geraetename
Schluesselname Inhalt-des-Bildes Passwort-der-Familie'
tells_nothing() {  # FOLDER: neither its bytes nor its files' names
    for word in $named $(cat secrets) "$ana" "$(cut -d - -f 1-3 recovery-words)" "$work"; do
        if grep -raqF -e "$word" "$1"; then
            grep -raclF -e "$word" "$1" | head -n 3
            echo "tells: $word"
            return 1
        fi
        case $(find "$1" -printf '%P\n') in *"$word"*) echo "names: $word"; return 1 ;; esac
    done
}
expect 'what is looked for would be found' sh -c '
    for word in Geheimordner Verraeterisch Vergangen Kurzworte Augenblicksname Deckworte Geraetename Schluesselname "$1"; do
        grep -qF -e "$word" journal.txt || { echo "$word"; exit 1; }
    done' sh "$ana"

# ---- the thief of a disk, and the curious host --------------------------------------------------------------------
expect 'nothing in an archive can be read or is named' tells_nothing archive
expect "nor stands what it is encrypted to in it, which a later computer would need" sh -c '! grep -raqF -f recipient archive'
expect 'nor any way in of somebody in clear' sh -c '! grep -raq age1 archive --include="*.age" --include=keepsake.json'
expect 'contents are not named by their own hash' sh -c '
    for file in $(find src -type f); do
        hash=$(sha256sum <"$file"); hash=${hash%% *}
        [ -z "$(find archive -name "*$hash*")" ] && ! grep -raqF "$hash" archive || { echo "$file"; exit 1; }
    done'
expect 'a passphrase costs 2^18 rounds of scrypt a guess, a recovery key has 128 bits' [ "$(
    cat archive/keys/*.age | grep -a '^-> scrypt ' | cut -d ' ' -f 4 | sort | tr '\n' ' ')" = '16 18 ' ]
# The journal itself is encrypted; but keepers come and go, and a computer's name is nobody's business.
tells_no_computer() {
    for name in "$(hostname 2>/dev/null || cat /proc/sys/kernel/hostname)" "$work"; do
        # A computer that is called as something which stands there anyway shows nothing.
        ! echo keepsake journal ssh-ed25519 passphrase recipient recovery | grep -qF -e "$name" || continue
        [ "${#name}" -ge 5 ] || continue
        ! grep -qF -e "$name" journal.txt || { echo "$name"; return 1; }
    done
}
expect "not even the journal holds the computer's name, or where a folder stood on it" tells_no_computer

# ---- a lost passphrase --------------------------------------------------------------------------------------------
printf 'Passwort-der-familie\n' >nearly
run list --identity nearly
run list --passphrase-file nearly
expect 'nearly the passphrase opens nothing' exits 1
run list --passphrase-file recovery-words
expect 'a recovery key does' exits 0

# ---- the hostile host ---------------------------------------------------------------------------------------------
cp -r archive forged
age-keygen -o stranger.txt 2>/dev/null
place() {  # FILE FOLDER PREFIX: under the name that its own hash gives
    hash=$(sha256sum <"$1")
    hash=${hash%% *}
    folder=$2
    [ "$folder" != forged/objects ] || folder=$folder/$(printf %s "$hash" | cut -c 1-2)
    mkdir -p "$folder"
    cp "$1" "$folder/$3$hash.age"
}
echo 'a forged picture' | age -r "$(age-keygen -y stranger.txt)" >forged.age
place forged.age forged/objects ''
device=$(ls forged/journal)
count=$(find forged/journal -name '*.age' | wc -l)
age -r "$(age-keygen -y stranger.txt)" <journal.txt >forged.age
place forged.age "forged/journal/$device/0" "$((count + 1))-"
run list --json --archive archive
cp "$said/out" list.before
run list --json --archive forged
expect 'what a host makes is not listed' cmp "$said/out" list.before
run get --all --to from-forged --archive forged
expect 'nor given back' [ "$(find from-forged -type f | wc -l)" -eq 2 ]
run check --archive forged
expect 'a check finds it' exits 4

# Somebody who was a keeper knows what to encrypt to, but has not the device's key.
cp -r archive resigned
ssh-keygen -q -t ed25519 -N '' -f signer
last=$(find resigned/journal -name '*.age' | sort -V | tail -n 1)
age -d -i identity "$last" | head -n -1 | sed 's/let-go/bring-back/' >text
ssh-keygen -q -Y sign -f signer -n "keepsake-journal-v1@$(jq -r .archive archive/keepsake.json)" text 2>/dev/null
{ cat text; jq -Rsc '{sig: .}' text.sig; } | age -r "$(cat recipient)" >resigned.age
place resigned.age "${last%/*}" "$(basename "$last" | cut -d - -f 1)-"
KEEPSAKE_STATE=$work/state.new run list --json --archive resigned
expect 'what another key has signed in the name of a device is not used' cmp "$said/out" list.before

cp -r archive swapped
echo 'echo stolen' >swapped/open-without-keepsake.sh
run check --archive swapped
expect 'a script that a host exchanged is found' exits 4
expect 'and named' sh -c 'cat "$0/.said/out" "$0/.said/err" | grep -qF open-without-keepsake.sh' "$work"
cp swapped/open-without-keepsake.sh swapped/mirror/
run check --archive swapped
expect 'also where its second copy was exchanged with it' exits 4

cp -r archive older
printf 'later' >later.jpg
run keep later.jpg
run check --archive older
expect 'an older state is told by the device that knows better' exits 4
expect 'with how much is withheld' sh -c 'cat "$0/.said/out" "$0/.said/err" | grep -qiE "lacks [0-9]+ change|[0-9]+ (is|are) missing"' "$work"

# ---- the thief of a computer --------------------------------------------------------------------------------------
expect "a locked computer's state tells nothing" tells_nothing state
expect 'and holds nothing that is encrypted to the family' sh -c '! grep -raqF -f recipient state'
expect 'nobody else may look into it' [ -z "$(find state -type d -perm /077)" ]
unset KEEPSAKE_IDENTITY_FILE
for line in list "get --all --to stolen" "keep src" "words $item" "device keep-locked on" "key list" "let-go $item"; do
    # shellcheck disable=SC2086
    run $line
    expect "locked, '$line' does nothing" exits 1
    expect 'and prints nothing' out_is_empty
done
run device keep-locked on --identity ana.txt
expect 'allowed to keep while locked, its state tells no more than that' tells_nothing state
printf 'while locked' >locked.jpg
run keep locked.jpg
expect 'it then adds' exits 0
for line in list "get --all --to stolen" "words $item" "let-go $item" "key list" "device list"; do
    # shellcheck disable=SC2086
    run $line
    expect "but '$line' still does nothing" exits 1
done
expect 'an archive still tells nothing' tells_nothing archive
finish
