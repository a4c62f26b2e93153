#!/bin/sh
# What `make install` puts down and takes away again, and the Debian package: made from the program that was built.
#
#   installed_test.sh BUILD SOURCE
# shellcheck disable=SC2016
set -eu
LC_ALL=C.UTF-8
export LC_ALL
build=$(realpath "$1") source=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"
failures=0
expect() {  # WHAT COMMAND...
    what=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        echo "ok: $what"
    else
        failures=$((failures + 1))
        echo "FAILED: $what"
        sed 's/^/    /' "$work/said"
    fi
}
files_in() { (cd "$1" && find . -type f | sort); }
has() { command -v "$1" >/dev/null 2>&1; }

{
    echo ./bin/keepsake
    echo ./lib/keepsake/tell-check
    echo ./libexec/keepsake/keepsake-reader
    echo ./share/systemd/user/keepsake-check-tell@.service
    echo ./share/systemd/user/keepsake-check@.service
    echo ./share/systemd/user/keepsake-check@.timer
    echo ./share/systemd/user/keepsake-tend@.service
    echo ./share/systemd/user/keepsake-tend@.timer
    echo ./share/bash-completion/completions/keepsake
    for name in changelog.Debian.gz changelog.gz copyright threat-model.md; do echo "./share/doc/keepsake/$name"; done
    for file in "$source"/docs/formats/*.md; do echo "./share/doc/keepsake/formats/${file##*/}"; done
    echo ./share/man/man1/keepsake.1.gz
} | LC_ALL=C.UTF-8 sort >wanted

# ---- installed, by whoever runs this, into a folder of their own --------------------------------------------------
umask 022  # as the Makefile sets it: new folders are for everybody
home="$work/home of ana"
expect 'it is installed' cmake --install "$build" --prefix "$home"
files_in "$home" >got
expect 'just what is meant to be' diff wanted got
expect 'for everybody' sh -c '[ -z "$(find "$1" \( ! -perm -a+r -o -perm /022 -o -type d ! -perm -a+x \) -print)" ]' sh "$home"
expect 'the program runs' "$home/bin/keepsake" --version
expect 'the unit names the program where it stands' grep -qxF \
    "ExecStart=:\"$home/bin/keepsake\" check --without-key --archive %f" "$home/share/systemd/user/keepsake-check@.service"
expect 'the manual is whole' sh -c 'gzip -cd "$1" | cmp - "$2"' sh "$home/share/man/man1/keepsake.1.gz" "$source/packaging/keepsake.1"
echo mine >"$home/share/doc/mine"
expect 'it is removed' sh "$source/tools/uninstall.sh" "$build" '' "$home"
expect 'with all of its files, and no others' [ "$(files_in "$home")" = ./share/doc/mine ]
expect 'and the folders of its own' [ -z "$(find "$home" -name 'keepsake*')" ]

DESTDIR=$work/root cmake --install "$build" --prefix /usr >/dev/null
files_in "$work/root/usr" >got
expect 'a package can be made from DESTDIR' diff wanted got
expect 'which no path names' sh -c '! grep -rqF "$1" "$1/root/usr/share" "$1/root/usr/lib"' sh "$work"
rm -f "$build/install_manifest.txt"

# ---- the units ----------------------------------------------------------------------------------------------------
if has systemd-analyze; then
    mkdir -m 700 run units
    for unit in root/usr/share/systemd/user/*; do
        name=${unit##*/}
        sed "s#=:\"/usr/#=:\"$work/root/usr/#" "$unit" >"units/$(printf %s "$name" | sed 's/@/@home-ana-archive/')"
    done
    expect 'systemd finds nothing to say about the units' sh -c '
        XDG_RUNTIME_DIR=$1/run systemd-analyze verify --user --man=no "$1"/units/* >"$1/verified" 2>&1 && cat "$1/verified" && [ ! -s "$1/verified" ]' \
        sh "$work"
else
    echo 'skipped: systemd-analyze is not here to read the units'
fi

# ---- the Debian package -------------------------------------------------------------------------------------------
if ! has dpkg-deb || ! has dpkg-shlibdeps || ! has file; then
    echo 'skipped: dpkg-dev and file are not here to make a package (tools/setup.sh package)'
    [ "$failures" -eq 0 ] && exit 77
    exit 1
fi
cpack --config "$build/CPackConfig.cmake" -G DEB -B "$work/packed" >packing 2>&1 || { cat packing; exit 1; }
deb=$(find packed -maxdepth 1 -name '*.deb')
expect 'one package is made' test -f "$deb"
expect 'its name says what and for what' sh -c 'case ${1##*/} in keepsake_*-1_"$(dpkg --print-architecture)".deb) ;; *) echo "$1"; exit 1 ;; esac' sh "$deb"
dpkg-deb --fsys-tarfile "$deb" | tar -tvf - >inside
expect 'all of it belongs to root' sh -c '! grep -v " root/root " "$1"' sh inside
expect 'nobody else may write to it' sh -c '! grep -vE "^(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--) " "$1"' sh inside
dpkg-deb -x "$deb" unpacked
files_in unpacked/usr >got
expect 'it holds what is installed' diff wanted got
expect 'and nothing beside' [ "$(ls unpacked)" = usr ]
dpkg-deb -e "$deb" control
expect 'it runs no script when it comes or goes' [ "$(cd control && echo *)" = 'control md5sums' ]
(cd unpacked && find usr -type f -exec md5sum {} + | sort) >sums
sort control/md5sums >listed
expect 'its sums are right' diff sums listed
for library in libc6 libssl3 libstdc++6; do
    expect "it depends on $library" grep -qE "^Depends:.* $(printf %s "$library" | sed "s/+/[+]/g") [(]" control/control
done
expect 'what it depends on is what it is linked with' sh -c '
    objdump -p "$1" | sed -n "s/^ *NEEDED *//p" | while read -r needed; do
        case $needed in libc.so.6 | libm.so.6) package=libc6 ;; libcrypto.so.3 | libssl.so.3) package=libssl3 ;; libz.so.1) package=zlib1g ;; libstdc++.so.6) package=libstdc++6 ;;
            libgcc_s.so.1) package=libgcc-s1 ;; libsimdjson.so.*) package=libsimdjson${needed##*.} ;; libfmt.so.*) package=libfmt${needed##*.} ;;
            ld-linux* | lib[atu]*san.so.*) continue ;;
            *) echo "what gives $needed?"; exit 1 ;; esac
        grep -qF "$package (" "$2" || { echo "$package"; exit 1; }
    done' sh unpacked/usr/bin/keepsake control/control
# The reader is linked with the codecs; dpkg knows what gives each, and all of it must be asked for.
expect 'what its reader is linked with is asked for, too' sh -c '
    objdump -p "$1" | sed -n "s/^ *NEEDED *//p" | grep -vE "^(ld-linux|lib[atu]*san)" | while read -r needed; do
        path=$(ldconfig -p | sed -n "s|^[[:space:]]*$needed .*=> *||p" | head -n 1)
        package=$(dpkg -S "$(realpath "$path")" "$path" 2>/dev/null | head -n 1 | cut -d : -f 1)
        grep -qF " $package " "$2" || { echo "$package for $needed"; exit 1; }
    done' sh unpacked/usr/libexec/keepsake/keepsake-reader control/control
expect 'its programs are stripped' sh -c '! objdump -h "$1" "$2" | grep -q debug_info' sh unpacked/usr/bin/keepsake \
    unpacked/usr/libexec/keepsake/keepsake-reader
expect 'its copyright stands where Debian looks' grep -q '^Files: \*' unpacked/usr/share/doc/keepsake/copyright
expect 'its changelog is of this version' sh -c '
    [ "keepsake ($(sed -n "s/^Version: //p" "$1"))" = "$(gzip -cd "$2" | head -n 1 | cut -d " " -f 1,2)" ]' \
    sh control/control unpacked/usr/share/doc/keepsake/changelog.Debian.gz
if has lintian; then
    expect 'lintian finds no error' lintian --allow-root --fail-on error "$deb"
else
    echo 'skipped: lintian is not here to look at the package'
fi

unset KEEPSAKE_ARCHIVE KEEPSAKE_IDENTITY_FILE
KEEPSAKE_STATE=$work/state
KEEPSAKE_PASSPHRASE_FILE=$work/passphrase
export KEEPSAKE_STATE KEEPSAKE_PASSPHRASE_FILE
printf 'good passphrase\n' >passphrase
mkdir photos
printf 'a picture' >photos/x.jpg
program=unpacked/usr/bin/keepsake
expect 'the unpacked program makes an archive' "$program" new archive
expect 'keeps' "$program" keep photos --archive archive
expect 'checks' "$program" check --archive archive
expect 'gives back' "$program" get --all --to back --archive archive
expect 'the very bytes' cmp photos/x.jpg back/photos/x.jpg

[ "$failures" -eq 0 ] || { echo "$failures failed"; exit 1; }
