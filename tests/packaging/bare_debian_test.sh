#!/bin/sh
# Installs the Debian package on a bare Debian 12, uses it, removes it, and looks for what was left behind. Needs root,
# debootstrap and a Debian mirror; says so where one is missing. Only with KEEPSAKE_TEST_LONG=1.
#
#   bare_debian_test.sh BUILD
# shellcheck disable=SC2016
set -eu
skip() { echo "skipped: $*"; exit 77; }
[ "${KEEPSAKE_TEST_LONG-}" = 1 ] || skip 'only with KEEPSAKE_TEST_LONG=1'
[ "$(id -u)" -eq 0 ] || skip 'a Debian in a folder can be made by root alone'
for tool in debootstrap dpkg-shlibdeps file chroot; do
    command -v "$tool" >/dev/null 2>&1 || skip "$tool is not here"
done
build=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"
umask 022
cpack --config "$build/CPackConfig.cmake" -G DEB -B "$work/packed" >packing 2>&1 || { cat packing; exit 1; }

debian=$work/debian
debootstrap --variant=minbase bookworm "$debian" >debootstrap.log 2>&1 || { tail -n 5 debootstrap.log; skip 'debootstrap could not make one here'; }
cp /etc/resolv.conf "$debian/etc/" 2>/dev/null || true
inside() { chroot "$debian" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
quiet() { inside "$@" >"$work/said" 2>&1 || { cat "$work/said"; echo "FAILED: $*"; exit 1; }; }
inside apt-get update -qq >update.log 2>&1 || { cat update.log; skip 'apt finds no mirror in it'; }
# What it depends on comes first and stays, so that only what is its own is looked for afterwards.
depends=$(dpkg-deb -f packed/*.deb Depends | sed 's/([^)]*)//g; s/,//g')
# shellcheck disable=SC2086
quiet apt-get install -y --no-install-recommends $depends

whole_tree() {
    (cd "$debian" && find . \( -path ./tmp -o -path ./dev -o -path ./var/cache -o -path ./var/log -o -path ./var/lib/apt \
        -o -path './var/lib/dpkg/*-old' \) -prune -o -printf '%p %y %m %U %s\n' | grep -v '^./var/lib/dpkg\(/status\|/lock[a-z-]*\)\? ' | sort)
}
whole_tree >before
cp packed/*.deb "$debian/tmp/keepsake.deb"
quiet apt-get install -y /tmp/keepsake.deb
quiet dpkg --verify keepsake
[ "$(inside dpkg-query -W -f '${db:Status-Status}' keepsake)" = installed ]
inside sh -euc '
    cd /tmp
    export KEEPSAKE_STATE=/tmp/state KEEPSAKE_PASSPHRASE_FILE=/tmp/passphrase
    printf "good passphrase\n" >passphrase
    mkdir photos
    echo picture >photos/x.jpg
    keepsake new archive
    keepsake keep photos --archive archive
    keepsake check --archive archive
    keepsake get --all --to back --archive archive
    cmp photos/x.jpg back/photos/x.jpg
    keepsake check --without-key --archive archive'
quiet apt-get purge -y keepsake
whole_tree >after
diff before after
echo 'installed, used and removed; nothing is left behind'
