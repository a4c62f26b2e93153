#!/bin/sh
# One group of the pages' tests: pages_test.sh WEB unit|covers|looking|keeping|access|showing|story|telling|guest|program PROGRAM
set -eu
web=$1
group=$2
program=$3

skip() {
    echo "passed over: $1"
    exit 77
}

command -v node >/dev/null 2>&1 || skip "node is not here"
[ -d "$web/node_modules/esbuild" ] || skip "the pages' tools are not here (tools/pages.sh build)"
cd "$web"
if [ "$group" = unit ]; then
    exec node tests/run.mjs unit
fi
for built in dist dist-guest; do
    [ -f $built/index.html ] || skip "the pages are not built (tools/pages.sh build)"
done
[ -x "${KEEPSAKE_CHROMIUM:-/usr/bin/chromium-headless-shell}" ] || skip "chromium-headless-shell is not here"
if [ "$group" = program ]; then
    KEEPSAKE_PROGRAM=$program exec node tests/run.mjs program
fi
exec node tests/run.mjs pages "$group"
