#!/usr/bin/env bash
# Makes a folder like a camera's: files of 2 to 8 MB, no two with the same bytes.
#
#   bench/photographs.sh FOLDER [COUNT [PHOTOGRAPHS]]     220 files (about 1.1 GB) by default
#
# Each file begins with 64 KiB of a real photograph (of the folder PHOTOGRAPHS) and goes on with random bytes up to its
# size. What a camera compressed is as good as random to every program that is measured here; whole photographs
# repeated would be stored once by those that look for repeated pieces, and the comparison would say nothing.
set -euo pipefail
folder=$1 count=${2:-220}
here=$(cd "$(dirname "$0")/.." && pwd)
photographs=${3:-${KEEPSAKE_CORPUS:-$here/../shared/corpus}}
[[ -d $photographs ]] || photographs=/usr/share/backgrounds
mapfile -d '' -t sources < <(find -L "$photographs" -type f -size +64k \( -iname '*.jpg' -o -iname '*.jpeg' \) \
    -print0 2>/dev/null | LC_ALL=C sort -z)
((${#sources[@]} > 0)) || echo "photographs: no JPEG photographs in $photographs: random bytes alone" >&2

mkdir -p "$folder"
for ((i = 0; i < count; ++i)); do
    month=$((i * 12 / count + 1))
    printf -v name '%s/2024-%02d/IMG_%04d.jpg' "$folder" "$month" "$i"
    mkdir -p "${name%/*}"
    size=$((2000000 + (i * 2654435761 + 12345) % 6000000))
    {
        if ((${#sources[@]} > 0)); then
            head -c 65536 "${sources[i % ${#sources[@]}]}"
        else
            printf '\xff\xd8\xff\xe0'
        fi
        openssl enc -chacha20 -pass "pass:photograph $i" -md sha256 -nosalt -pbkdf2 -iter 1 -in /dev/zero 2>/dev/null |
            head -c $((size - 65536)) || true # openssl ends by the closed pipe
    } >"$name"
    printf -v time '2024-%02d-%02d 12:%02d:00' "$month" $((i % 28 + 1)) $((i % 60))
    touch -d "$time" "$name"
done
