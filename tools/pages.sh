#!/bin/sh
# Builds, checks or photographs the pages (web/), with Node and what web/package-lock.json names.
#
#   tools/pages.sh build      web/dist and web/dist-guest, unless they are newer than everything that they are made of
#   tools/pages.sh check      types, Svelte's own checks and formatting
#   tools/pages.sh screens    docs/screens, by chromium
#
# Where there is no npm the pages are left out, and that is said: the program builds without them.
set -eu
cd "$(dirname "$0")/.."

if ! command -v npm >/dev/null 2>&1; then
    echo "pages: npm is not here, so the pages are left out (Debian: nodejs, npm)"
    exit 0
fi

bring_modules() {
    if cmp -s web/package-lock.json web/node_modules/.brought; then
        return 0
    fi
    echo "pages: fetching what web/package-lock.json names"
    # Nothing of them is run while they are fetched.
    (cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null)
    cp web/package-lock.json web/node_modules/.brought
}

is_built() {
    [ -f web/dist/index.html ] && [ -f web/dist-guest/zip.html ] &&
        [ -z "$(find web/src web/public web/tools web/guest web/index.html web/vite.config.ts web/svelte.config.js \
            web/package-lock.json -newer web/dist/index.html -print | head -n 1)" ]
}

build() {
    if is_built; then
        return 0
    fi
    bring_modules
    echo "pages: building web/dist and web/dist-guest"
    (cd web && npm run --silent build -- >/dev/null)
}

case ${1:-build} in
    build) build ;;
    check)
        bring_modules
        (cd web && npm run --silent check-format && npm run --silent check >/dev/null) || {
            echo "pages: see 'cd web && npm run check' and 'npm run format'" >&2
            exit 1
        }
        ;;
    screens)
        build
        (cd web && node tests/run.mjs screens && node tests/run.mjs guest-screens)
        ;;
    *)
        echo "pages: build, check or screens" >&2
        exit 2
        ;;
esac
