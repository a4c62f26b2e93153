#!/bin/sh
# Dates, makes, models, positions and orientations of a folder of files as exiftool gives them, and as the readers do: each
# file that differs must stand in docs/media.md, with why and who is right; 99 of 100 values must be the same, and all values
# of 99 of 100 files in which exiftool is right. Only with KEEPSAKE_TEST_LONG=1 and KEEPSAKE_CORPUS=FOLDER.
#
#   exiftool_test.sh PREVIEWS_PROGRAM READER DOCS/MEDIA.MD
set -eu
skip() { echo "skipped: $*"; exit 77; }
[ "${KEEPSAKE_TEST_LONG-}" = 1 ] || skip 'only with KEEPSAKE_TEST_LONG=1'
[ -d "${KEEPSAKE_CORPUS-}" ] || skip 'KEEPSAKE_CORPUS names no folder of files'
for tool in exiftool jq; do
    command -v "$tool" >/dev/null 2>&1 || skip "$tool is not here"
done
program=$1 reader=$2 document=$3
rules=$(realpath "$(dirname "$0")")/exiftool.jq
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
find "$KEEPSAKE_CORPUS" -type f -print0 | LC_ALL=C sort -z >"$work/files"
xargs -0 -a "$work/files" "$program" --reader "$reader" --facts --json >"$work/ours" 2>"$work/told" || {
    cat "$work/told"
    exit 1
}
# exiftool fails where one file is none that it knows; what it says of the others stands.
xargs -0 -a "$work/files" exiftool -json -DateTimeOriginal# -CreationDate# -CreateDate# -DateCreated# \
    -ContentCreateDate# -Make -Model -Orientation# -GPSLatitude# -GPSLongitude# -ImageWidth# -ImageHeight# >"$work/parts" 2>/dev/null || true
jq -s add "$work/parts" | jq -r --slurpfile ours "$work/ours" -f "$rules" >"$work/said"
unexplained=0
enough=no
: >"$work/mistaken"
while IFS="$(printf '\t')" read -r file what theirs ours files; do
    if [ "$file" = compared ]; then
        right=$((files - $(sort -u "$work/mistaken" | wc -l)))
        echo "$theirs of $what values are the same; all of them in $ours of $files files, of $right in which exiftool is right"
        [ $((theirs * 100)) -lt $((what * 99)) ] || [ $((ours * 100)) -lt $((right * 99)) ] || enough=yes
    else
        name=$(basename "$file")
        row=$(grep -F "| \`$name\` |" "$document" || true)
        case $row in
            *'| here |') echo "$file" >>"$work/mistaken" ;;
        esac
        if [ -z "$row" ]; then
            echo "FAILED: $file, $what: exiftool says '$theirs', the reader '$ours', and $(basename "$document") not why"
            unexplained=$((unexplained + 1))
        fi
    fi
done <"$work/said"
[ "$unexplained" -eq 0 ] || exit 1
[ "$enough" = yes ] || { echo 'FAILED: fewer than 99 of 100 values, or files in which exiftool is right, are the same' && exit 1; }
