#!/bin/sh
# Includes point downward only: compares what src/ includes and links with the table of layers in ARCHITECTURE.md.
# Usage: layers_test.sh [PROJECT]; without an argument it also proves on planted mistakes that it can fail.
set -eu
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")/.." && pwd)

# Prints one line a violation, nothing if all is well.
violations() {
    (
        cd "$1"
        sed -n '/^## Layers$/,/^## /p' ARCHITECTURE.md | sed -n 's/^| *\([a-z_]*\) *|.*| *\([a-z_, ]*\) *|$/layer \1 \2/p' |
            grep -v '^layer layer ' | tr -d ','
        find src -mindepth 1 -maxdepth 1 -type d | sort | sed 's|^src/|folder |'
        grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]' src --include='*.h' --include='*.cpp' --include='*.inc' |
            sed -nE 's|^src/([^/]+)/([^:]*):([0-9]+):[^"<]*["<]([^">]*)[">].*|include \1 \2:\3 \4|p'
        grep -HnoE 'keepsake_[a-z_]+|#.*' src/*/CMakeLists.txt | grep -v ':#' |
            sed -nE 's|^src/([^/]+)/CMakeLists.txt:([0-9]+):keepsake_(.*)$|link \1 CMakeLists.txt:\2 \3|p'
    ) | awk '
        $1 == "layer" {
            if ($2 in known) print "ARCHITECTURE.md: " $2 " stands twice in the table"
            for (i = 3; i <= NF; i++) {
                if (!($i in known)) print "ARCHITECTURE.md: " $2 " may use " $i ", which is not above it in the table"
                allowed[$2, $i] = 1
            }
            known[$2] = 1; allowed[$2, $2] = 1; count++
            next
        }
        $1 == "folder" { if (!($2 in known)) print "src/" $2 ": not in the table of ARCHITECTURE.md"; next }
        {
            target = $4; sub(/\/.*/, "", target)
            where = "src/" $2 "/" $3
            if ($1 == "include" && $4 ~ /(^|\/)\.\.(\/|$)/) print where ": includes by .. (" $4 ")"
            if ($1 == "include" && target == "support" && $3 !~ /test/) print where ": only tests include " $4
            if ((target in known) && !(($2, target) in allowed)) print where ": " $2 " may not use " target " (" $4 ")"
        }
        END { if (count < 2) print "ARCHITECTURE.md: no table of layers was found" }'
}

check() { # PROJECT
    found=$(violations "$1")
    [ -z "$found" ] || { printf '%s\n' "$found"; return 1; }
}

must_find() { # WHAT TEXT: the planted mistake in $planted is found, and named
    if found=$(check "$planted" 2>&1); then
        echo "FAILED: $1 was not found"
        return 1
    fi
    case $found in
        *"$2"*) echo "ok: $1 is found" ;;
        *) printf 'FAILED: %s was not named:\n%s\n' "$1" "$found"; return 1 ;;
    esac
}

plant() { # a small project without mistakes
    rm -rf "$planted"
    mkdir -p "$planted/src/base" "$planted/src/os" "$planted/src/archive"
    printf '# A\n\n## Layers\n\n| layer | what it is | may use |\n|---|---|---|\n| base | bytes | |\n| os | files | base |\n| archive | a, b | base, os |\n\n## More\n\n| other | table | nowhere |\n' >"$planted/ARCHITECTURE.md"
    printf '#pragma once\n#include <vector>\n' >"$planted/src/base/bytes.h"
    printf '#include "os/file.h"\n#include "base/bytes.h"\n' >"$planted/src/os/file.cpp"
    printf '#include "support/scratch.h"\n#include "os/file.h"\n' >"$planted/src/archive/store_test.cpp"
    printf '# keepsake_archive is above\nkeepsake_layer(os SOURCES file.cpp DEPENDS keepsake_base fmt::fmt)\n' >"$planted/src/os/CMakeLists.txt"
}

if [ $# -gt 0 ]; then
    check "$1"
    exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
planted=$work/planted
plant
check "$planted" || { echo 'FAILED: a project without mistakes is not accepted'; exit 1; }
echo '#include "archive/store.h"' >>"$planted/src/os/file.cpp"
must_find 'an upward include' 'src/os/file.cpp:3: os may not use archive'
plant
printf '  #  include <os/file.h>\n' >>"$planted/src/base/bytes.h"
must_find 'an upward include in angle brackets' 'src/base/bytes.h:3: base may not use os'
plant
mkdir "$planted/src/base/deep"
echo '#include "os/file.h"' >"$planted/src/base/deep/a.h"
must_find 'an upward include in a folder below' 'src/base/deep/a.h:1: base may not use os'
plant
echo 'target_link_libraries(keepsake_os PUBLIC keepsake_archive)' >>"$planted/src/os/CMakeLists.txt"
must_find 'an upward link' 'src/os/CMakeLists.txt:3: os may not use archive'
plant
mkdir "$planted/src/stray"
must_find 'a folder outside the table' 'src/stray: not in the table'
plant
sed -i 's/^| base | bytes | |$/| base | bytes | archive |/' "$planted/ARCHITECTURE.md"
must_find 'an upward arrow in the table' 'base may use archive, which is not above it'
plant
echo '#include "support/scratch.h"' >>"$planted/src/base/bytes.h"
must_find 'test support in the program' 'only tests include support/scratch.h'
plant
echo '#include "../os/file.h"' >>"$planted/src/base/bytes.h"
must_find 'a way round by ..' 'includes by ..'
plant
sed -i '/^|/d' "$planted/ARCHITECTURE.md"
must_find 'a table that is gone' 'no table of layers'

check "$here" || { echo 'FAILED: the layers of this project'; exit 1; }
echo 'ok: the layers of this project'
