#!/bin/sh
# Copies of films and recordings that play anywhere: made of what ffmpeg writes, and looked at by ffprobe.
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
mkdir in out

# Two seconds in each: what is said of them must not be found in a copy.
film() {  # FILE OPTION...
    file=$1
    shift
    ffmpeg -nostdin -v error -f lavfi -i testsrc2=s=320x180:r=25:d=2 -f lavfi -i sine=440:d=2 \
        -metadata title=Secret -metadata creation_time=2020-01-02T03:04:05Z -metadata location=+48.1+011.5/ "$@" \
        -shortest "in/$file"
}
sound() {  # FILE OPTION...
    file=$1
    shift
    ffmpeg -nostdin -v error -f lavfi -i sine=440:d=2 -metadata title=Secret "$@" "in/$file"
}
film plays.mov -c:v libx264 -pix_fmt yuv420p -timecode 01:02:03:04 -c:a aac
ffmpeg -nostdin -v error -i in/plays.mov -c copy -metadata:s:v rotate=90 in/turned.mov
film hevc.mov -c:v libx265 -x265-params log-level=none -pix_fmt yuv420p10le -tag:v hvc1 -c:a aac
film prores.mov -c:v prores_ks -profile:v 0 -c:a pcm_s16le
film dvd.mpg -c:v mpeg2video -flags +ilme+ildct -c:a mp2
film old.avi -c:v mjpeg -pix_fmt yuvj420p -c:a pcm_u8
film camera.mts -c:v libx264 -flags +ilme+ildct -pix_fmt yuv420p -c:a ac3
film window.wmv -c:v wmv2 -c:a wmav2
film mute.webm -c:v libvpx -an
film large.mp4 -c:v mpeg4 -vf scale=2560:1440 -t 0.2 -c:a aac
sound voice.wav -ar 8000
sound round.wv -ac 6
sound music.mp3 -c:a libmp3lame
sound song.m4a -c:a aac
sound song.ogg -c:a libvorbis
printf 'nothing to hear\n' >in/notes.txt
head -c 20000 in/hevc.mov >in/cut.mov
# A motion photo: a film behind a picture.
ffmpeg -nostdin -v error -f lavfi -i testsrc2=s=64x64:d=1 -frames:v 1 in/picture.jpg
ffmpeg -nostdin -v error -i in/plays.mov -map 0:v -c copy -movflags faststart -f mp4 film.mp4
cat in/picture.jpg film.mp4 >in/motion.jpg

run keep in
if grep -q 'nothing here can look at it' "$said/err"; then
    echo 'skipped: this system has no cage for readers'
    exit 77
fi
expect 'all of it is kept' exits 0
number_of() { "$keepsake" list | grep -F "$1" | cut -d ' ' -f 1; }

# What ffprobe tells of a copy, in one line.
probed() {
    ffprobe -v error -show_entries stream=codec_name,pix_fmt,width,height,channels:stream_side_data= -of compact=p=0:nk=1 "$1" | sed -n 's/|\{0,1\}$//; /./p' | tr '\n' ' '
}
plays() {  # NAME EXPECTED [SECONDS]
    run preview "$(number_of "$1")" --film --to "out/$1"
    expect "a copy of $1 is made" exits 0
    expect "$1 becomes $2" test "$(probed "out/$1")" = "$2 "
    seconds=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "out/$1")
    expect "$1 is as long as it was" sh -c 'awk "BEGIN { d = $0 - ${1:-2}; exit !(d > -0.15 && d < 0.15) }"' "$seconds" "${3:-2}"
    expect "all of $1 can be decoded" sh -c 'test -z "$(ffmpeg -nostdin -v error -i "$0" -f null - 2>&1)"' "out/$1"
    expect "$1 says nothing of itself" sh -c '! grep -a -q -E "Secret|2020-01-02|48\.1|tmcd|x264 - core|LIBX" "$0"' "out/$1"
}
h264='h264|320|180|yuv420p'
plays plays.mov "$h264 aac|1"
plays hevc.mov "$h264 aac|1"
plays prores.mov "$h264 aac|1"
plays dvd.mpg "$h264 aac|1"
plays old.avi "$h264 aac|1"
plays camera.mts "$h264 aac|1"
plays window.wmv "$h264 aac|1"
plays mute.webm "$h264"
plays large.mp4 'h264|1920|1080|yuv420p aac|1' 0.2
plays voice.wav 'aac|1'
plays round.wv 'aac|2'
plays music.mp3 'mp3|1'
plays song.m4a 'aac|1'
plays song.ogg 'aac|1'
plays turned.mov "$h264 aac|1"
plays motion.jpg "$h264"
expect 'a turned film stays turned' sh -c 'ffprobe -v error -show_entries stream_side_data=rotation "$0" | grep -q "rotation=-\?90"' out/turned.mov
expect 'the index stands first' sh -c 'test "$(head -c 2048 "$0" | grep -a -o -E "moov|mdat" | head -n 1)" = moov' out/hevc.mov

# ---- kept on this computer, sealed ------------------------------------------------------------------------------
run preview "$(number_of hevc.mov)" --film --to -
expect 'the second time it is the same' cmp "$said/out" out/hevc.mov
films=$(find state -path '*/films/*.age' | wc -l)
expect 'each stands in a file' test "$films" -eq 16
expect 'and none of it in the open' sh -c '! grep -r -a -q ftypisom state'
find state -path '*/films/*.age' -exec sh -c 'printf damage | dd of="$0" bs=1 seek=300 conv=notrunc status=none' {} \;
run preview "$(number_of dvd.mpg)" --film --to out/again.mpg
expect 'a damaged copy is not given' err_has 'the copy that was made of it is damaged; ask again'
expect 'nor is a part of it' test ! -e out/again.mpg
run preview "$(number_of dvd.mpg)" --film --to out/again.mpg
expect 'it is made again' exits 0
expect 'and plays' test "$(probed out/again.mpg)" = "$h264 aac|1 "

# ---- what cannot be played --------------------------------------------------------------------------------------
run preview "$(number_of notes.txt)" --film --to out/notes
expect 'a text has nothing to play' err_has 'There is nothing to play in notes.txt.'
run preview "$(number_of cut.mov)" --film --to out/cut
expect 'a film that is cut short does not open' err_has 'open here. The original is safe.'
expect 'and nothing is left of it' test ! -e out/cut
run preview "$(number_of dvd.mpg)" --film --to out/dvd.mpg
expect 'what is there is not written over' err_has 'out/dvd.mpg is there already.'
finish
