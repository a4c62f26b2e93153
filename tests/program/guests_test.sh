#!/bin/sh
# The guests' listener of the real program: what it answers, and that an ended link ends at once.
# shellcheck disable=SC2016
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/../cli/support.sh"

command -v curl >/dev/null || { echo 'skipped: curl is not here'; exit 77; }
age-keygen -o id.txt 2>/dev/null
export KEEPSAKE_IDENTITY_FILE="$work/id.txt" KEEPSAKE_ARCHIVE="$work/archive"
run new archive
printf 'He came at ten past four.\n' >words.md
run keep words.md
run list
item=$(cut -d ' ' -f 1 "$said/out")

# Locked: nobody opens it, and guests are served.
"$keepsake" serve --port 0 --guests 127.0.0.1:0 >"$said/serve.out" 2>"$said/serve.err" </dev/null &
server=$!
trap 'kill "$server" 2>/dev/null || true; chmod -R u+rwX "$work" 2>/dev/null; rm -rf "$work"' EXIT
until_so grep -q '^Guests find' "$said/serve.out"
expect 'that guests are listened for is said' grep -qE '^Guests find what they are shown at http://127.0.0.1:[0-9]+/$' "$said/serve.out"
guests=$(sed -n 's/^Guests find what they are shown at //p' "$said/serve.out")

run show --to Ana "$item"
if grep -q 'built without the guest page' "$said/err"; then
    echo 'skipped: this program was built without the guest page'
    exit 77
fi
link=$(cat "$said/out")
expect 'the link is at the address of the listener' sh -c 'case $1 in "$2"????????????????????????????????/#AGE-SECRET-KEY-1*) ;; *) false ;; esac' sh "$link" "$guests"
url=${link%%#*}
code() { rm -f "$said/body"; curl -s -o "$said/body" -w '%{http_code}' "$@"; }
expect 'the page is served' [ "$(code "$url")" = 200 ]
expect 'it names nobody' sh -c '! grep -qE "Ana|og:image" "$1"' sh "$said/body"
expect 'the head is served' [ "$(code "${url}manifest.age")" = 200 ]
printf '%s\n' "${link#*#}" >link.key
expect 'and opens' sh -c 'age -d -i link.key "$1" | jq -e ".told.to == \"Ana\""' sh "$said/body"
expect 'a part of it, too' [ "$(code -r 0-3 "${url}manifest.age")" = 206 ]
expect 'a HEAD is answered' [ "$(code -I "${url}manifest.age")" = 200 ]
expect 'nothing is changed by it' [ "$(code -X POST "$url")" = 405 ]
for path in '' api/v1/state index.html address; do
    expect "nothing else is there: /$path" [ "$(code "$guests$path")" = 404 ]
done
expect 'nor by way of it' [ "$(code --path-as-is "${url}../address")" != 200 ]
expect 'a key that the host was told is answered in words' sh -c '[ "$1" = 404 ] && [ -s "$2" ]' sh "$(code "${url}%23AGE-SECRET-KEY-1QQ")" "$said/body"

begin=$(date +%s)
run end Ana
expect 'it is ended while it is served' exits 0
expect 'rule 22: at once' [ "$(code "${url}manifest.age")" = 410 ]
expect 'without a byte' [ ! -s "$said/body" ]
expect 'nor for who asks for the address' sh -c '[ "$1" = 410 ] && [ ! -s "$2" ]' sh "$(code "$url")" "$said/body"
expect 'within 5 s' [ $(($(date +%s) - begin)) -le $((5 * ${KEEPSAKE_PATIENCE:-1})) ]
expect 'a person in a browser is told in words' sh -c '[ "$1" = 410 ] && grep -qi "<html" "$2"' sh "$(code -H 'Accept: text/html' "$url")" "$said/body"
expect 'nothing of it is left' sh -c '[ -z "$(find "$1" -name "*.age")" ]' sh "$KEEPSAKE_STATE/shares"

kill -TERM "$server"
wait "$server" || true
expect 'nobody who asked is noted' sh -c '! grep -qE "manifest|AGE-SECRET|GET" "$1/serve.out" "$1/serve.err"' sh "$said"
expect 'and the address is forgotten' [ ! -e "$KEEPSAKE_STATE/shares/address" ]
finish
