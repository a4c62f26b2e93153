#!/bin/sh
# A film and a recording that are shown to somebody: their copies play, and say nothing of what the originals say.
# shellcheck disable=SC2016
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"

if ! command -v ffmpeg >/dev/null || ! command -v ffprobe >/dev/null; then
    echo 'skipped: ffmpeg is not installed, which makes the films'
    exit 77
fi
age-keygen -o id.txt 2>/dev/null
export KEEPSAKE_IDENTITY_FILE="$work/id.txt" KEEPSAKE_ARCHIVE="$work/archive"
run new archive
mkdir in
ffmpeg -nostdin -v error -f lavfi -i testsrc2=s=320x180:r=25:d=2 -f lavfi -i sine=440:d=2 -c:v libx264 -pix_fmt yuv420p -c:a aac \
    -metadata title=Secret -metadata comment='Emil, at home' -metadata creation_time=2020-01-02T03:04:05Z \
    -metadata location=+48.1+011.5/ -metadata:s:v title=Secret -metadata:s:a handler_name=Secret in/beach.mov
ffmpeg -nostdin -v error -f lavfi -i sine=440:d=3 -metadata title=Secret -metadata artist=Emil in/voice.wav
run keep in
if grep -q 'nothing here can look at it' "$said/err"; then
    echo 'skipped: this system has no cage for readers'
    exit 77
fi
expect 'both are kept' exits 0
number_of() { "$keepsake" list | grep -F "$1" | cut -d ' ' -f 1; }
film=$(number_of beach.mov)
sound=$(number_of voice.wav)

run show --to Ana --from Ines "$film" "$sound" --to-folder share
expect 'both are shown' exits 0
if grep -q 'no copy that plays' "$said/err"; then
    echo 'skipped: no copies that play can be made here'
    exit 77
fi
sed 's/.*#//' "$said/out" >link.key
age -d -i link.key share/manifest.age >head.json
jq -r .told.inside.key head.json >inside.key
age -d -i inside.key "share/$(jq -r .told.inside.name head.json)" >inside.json
expect 'a film and a sound are counted' jq -e '.told.parts | .films == 1 and .sounds == 1' head.json

# The part of that use, opened by its own key.
part() { # USE FILE
    jq -c --arg use "$1" '[.items[].shown.parts[] | select(.use == $use)][0]' inside.json >part.json
    jq -r .file.key part.json >part.key
    age -d -i part.key "share/$(jq -r .file.name part.json)" >"$2"
}
part film film.mp4
expect 'of the film a copy for browsers goes along' jq -e '.type == "video/mp4" and .width == 320 and .height == 180 and (.seconds | . > 1.8 and . < 2.3)' part.json
expect 'which is H.264 and AAC' sh -c '[ "$(ffprobe -v error -show_entries stream=codec_name -of csv=p=0 film.mp4 | sort | tr "\n" " ")" = "aac h264 " ]'
expect 'it plays to its end' sh -c '[ -z "$(ffmpeg -nostdin -v error -i film.mp4 -f null - 2>&1)" ]'
expect 'its index stands first, so that it plays while it is fetched' sh -c \
    '[ "$(grep -aob -m 1 moov film.mp4 | head -n 1 | cut -d : -f 1)" -lt "$(grep -aob -m 1 mdat film.mp4 | head -n 1 | cut -d : -f 1)" ]'
part sound sound.m4a
expect 'of the recording one, too' jq -e '(.type | startswith("audio/")) and (.seconds | . > 2.8 and . < 3.3) and (.waveform | length > 0)' part.json
expect 'it plays to its end' sh -c '[ -z "$(ffmpeg -nostdin -v error -i sound.m4a -f null - 2>&1)" ]'
for copy in film.mp4 sound.m4a; do
    expect "rule 23: $copy says neither words nor a place nor a time" sh -c \
        '! ffprobe -v error -show_entries format_tags:stream_tags -of json "$1" | grep -qiE "Secret|Emil|location|creation_time|comment|title|artist|2020-01-02"' sh "$copy"
    expect 'not even as bytes' sh -c '! grep -aqE "Secret|Emil|48\.1|2020-01-02" "$1"' sh "$copy"
done
expect 'nothing stands in names' sh -c '! ls share | grep -qE "beach|voice|mov|wav"'
part poster poster.jpg
expect 'a still of it stands before it plays' sh -c 'head -c 3 poster.jpg | od -An -tx1 | grep -q "ff d8 ff"'
finish
