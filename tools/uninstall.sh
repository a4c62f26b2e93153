#!/bin/sh
# Removes what `make install` installs, and the folders that only Keepsake's files stood in.
#
#   tools/uninstall.sh BUILD DESTDIR PREFIX
set -eu
build=$1 root=$2 prefix=$3
list=$(mktemp -d)
trap 'rm -rf "$list"' EXIT
DESTDIR=$list cmake --install "$build" --prefix "$prefix" >/dev/null
rm -f "$build/install_manifest.txt"
(cd "$list" && find . -type f -print) | while IFS= read -r file; do
    [ -e "$root/$file" ] || continue
    rm -f -- "$root/$file"
    echo "Removed: $root${file#.}"
done
(cd "$list" && find . -depth -type d \( -name keepsake -o -path '*/keepsake/*' \)) | while IFS= read -r folder; do
    [ ! -d "$root/$folder" ] || rmdir -- "$root/$folder" 2>/dev/null || true
done
