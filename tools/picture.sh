#!/bin/sh
# Draws docs/images/keepsake.svg anew, from what the program says today.
#
#   tools/picture.sh PROGRAM >docs/images/keepsake.svg      needs the pictures of gnome-backgrounds
set -eu
program=$(realpath "$1")
pictures=/usr/share/backgrounds/gnome
[ -d "$pictures" ] || { echo "picture: there is no folder $pictures (tools/setup.sh demo)" >&2; exit 1; }
columns=84
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset KEEPSAKE_IDENTITY_FILE
export KEEPSAKE_ARCHIVE="$work/photos" KEEPSAKE_PASSPHRASE_FILE="$work/passphrase" KEEPSAKE_STATE="$work/state"
echo 'for a picture' >passphrase
mkdir Pictures
for name in adwaita-l adwaita-d grid-l grid-d licorice-l licorice-d; do cp -pL "$pictures/$name.webp" Pictures/; done
touch -d '2023-02-15 12:00' Pictures/*

say() { printf '# %s\n' "$*"; }
shown() {  # WORD...: a command, and what it says
    line='$ keepsake'
    for word in "$@"; do
        case $word in *\ *) line="$line '$word'" ;; *) line="$line $word" ;; esac
    done
    printf '%s\n' "$line"
    # Where the machine is slow it says how far it is; a terminal wipes that again.
    "$program" "$@" 2>&1 | grep -vE '^[A-Z][a-z]+: [0-9,]+ of ' | fold -w "$columns"
    echo
}
{
    shown new photos
    shown keep Pictures
    "$program" list | sed -n 1,3p >listed
    printf '$ keepsake list\n'
    cat listed
    printf '...\n\n'
    shown words "$(cut -c 1-8 listed | head -n 1)" 'The light on the morning when everything was quiet.'
    damaged=$(find photos/objects -name '*.age' | sort | tail -n 1)
    printf x | dd of="$damaged" bs=1 seek=70000 conv=notrunc 2>/dev/null
    say 'years pass; a disk spoils one byte'
    shown check
} >lines
awk -v height=$(($(wc -l <lines) * 21 + 13)) '
    function text(line) { gsub(/&/, "\\&amp;", line); gsub(/</, "\\&lt;", line); gsub(/'\''/, "\\&#x27;", line); return line }
    BEGIN {
        print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 " height "\" role=\"img\" aria-label=\"Keepsake at a terminal: a folder is kept, listed, given words, and a damaged byte is found\">"
        print "<rect width=\"760\" height=\"" height "\" rx=\"4\" fill=\"#171614\"/>"
        print "<g font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\" xml:space=\"preserve\">"
    }
    {
        y = 13 + NR * 21
        if ($0 == "") next
        if (/^\$ /) print "<text x=\"24\" y=\"" y "\" fill=\"#9CC4C6\">$ <tspan fill=\"#EDE9E1\">" text(substr($0, 3)) "</tspan></text>"
        else print "<text x=\"24\" y=\"" y "\" fill=\"" (/^# /? "#A09A8F" : "#BDB6AA") "\">" text($0) "</text>"
    }
    END { print "</g>\n</svg>" }' lines
