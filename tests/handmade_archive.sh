# shellcheck shell=sh
# Writes archives by hand, from docs/formats alone: age, jq, sha256sum, ssh-keygen and the shell. An independent writer
# shellcheck disable=SC2154
# against which readers are tested. Sourced; `work` is a temporary folder, `archive` the folder to write.

passphrase='correct horse battery staple'

hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# Types each line of the first argument at the terminal that the command asks.
typed() {
    printf '%b' "$1" | script -qec "$2" /dev/null
}

next_clock() {  # sets clock: later than all before
    tick=$(($(cat "$work/tick" 2>/dev/null || echo 0) + 1))
    echo "$tick" >"$work/tick"
    clock=$(date -u -d "@$((1767225600 + tick))" +%Y-%m-%dT%H:%M:%S.000Z-0000)
}

new_key() {  # NAME: an Ed25519 key pair
    ssh-keygen -q -t ed25519 -N '' -C '' -f "$work/$1"
    cut -d ' ' -f 1,2 "$work/$1.pub" >"$work/$1.line"
    cut -d ' ' -f 2 "$work/$1.pub" | base64 -d | tail -c 32 >"$work/$1.raw"
    # The private section with an empty comment ends: seed, public half, comment's length (4), padding (5).
    sed '/^-/d' "$work/$1" | base64 -d | tail -c 73 | head -c 32 | base64 >"$work/$1.seed"
}

sign() {  # KEY NAMESPACE: an armored SSHSIG over standard input
    ssh-keygen -q -Y sign -f "$work/$1" -n "$2" 2>/dev/null
}

# NAME TO: puts a file under the SHA-256 of its bytes, with a second copy in the mirror for keys.
place_key_file() {
    hash=$(hash_of "$1")
    mkdir -p "$archive/keys" "$archive/mirror/keys"
    cp "$1" "$archive/keys/$hash.age"
    cp "$1" "$archive/mirror/keys/$hash.age"
}

epoch_lines() {  # NUMBER: the lines of an epoch in the identity file
    printf '# epoch %s\n# root %s\n' "$1" "$(cat "$work/root$1.seed")"
    grep '^AGE-SECRET-KEY' "$work/epoch$1"
}

begin_archive() {
    new_key root1
    id=$(hash_of "$work/root1.raw")
    age-keygen -o "$work/epoch1" 2>/dev/null
    age-keygen -o "$work/way" 2>/dev/null
    epoch=1
    mkdir -p "$archive/objects" "$archive/mirror" "$archive/parity"
    jq -nc --arg id "$id" '{format: "keepsake", version: 1, reads: 1, archive: $id}' >"$archive/keepsake.json"
    cp "$archive/keepsake.json" "$archive/mirror/"
    {
        printf '# Keepsake identity file, version 1\n# archive %s\n' "$id"
        epoch_lines 1
        printf '# way 03af9c0d11e2ab45\n'
        grep '^AGE-SECRET-KEY' "$work/way"
    } >"$work/identity1"
    typed "$passphrase\\n$passphrase\\n" "age -p -o '$work/key1' '$work/identity1'" >/dev/null
    place_key_file "$work/key1"
}

epoch_entry() {  # NUMBER PREVIOUS DEVICE...: a new epoch that still accepts these devices as far as they have come
    number=$1
    previous=$2
    shift 2
    for name in "$@"; do
        printf '%s %s %s\n' "$(cat "$work/$name.id")" "$(cat "$work/$name.seq")" "$(tr -d '"' <"$work/$name.prev")"
    done | sort >"$work/devices"
    : >"$work/ways"
    [ "$number" = 1 ] || way_fields >"$work/ways"
    next_clock
    {
        printf 'keepsake-epoch-v1\narchive %s\nnumber %s\nroot %s\nprevious %s\nopened %s\n' "$id" "$number" \
            "$(cat "$work/root$number.line")" "$(cat "$work/root$previous.line")" "$clock"
        sed 's/^/device /' "$work/devices"
        jq -r '"way \(.way) \(.kind) \(.recipient) \(.name | @base64)", (.files[] | "file \(.)")' "$work/ways"
    } >"$work/epoch-text"
    sign "root$previous" "keepsake-epoch-v1@$id" <"$work/epoch-text" >"$work/sig"
    sign "root$number" "keepsake-epoch-v1@$id" <"$work/epoch-text" >"$work/accepted"
    jq -nc --arg clock "$clock" --argjson number "$number" --rawfile root "$work/root$number.line" \
        --rawfile previous "$work/root$previous.line" --rawfile devices "$work/devices" --slurpfile ways "$work/ways" \
        --rawfile sig "$work/sig" --rawfile accepted "$work/accepted" \
        '{op: "epoch", clock: $clock, number: $number, root: ($root | rtrimstr("\n")),
          previous: ($previous | rtrimstr("\n")), opened: $clock,
          devices: ($devices | split("\n") | map(select(. != "") | split(" ") |
              {device: .[0], seq: (.[1] | tonumber), text: .[2]})),
          revoked: [], ways: $ways, sig: $sig, accepted: $accepted}'
}

way_fields() {  # the passphrase's way in, with the key files that it has by now
    jq -nc --arg recipient "$(age-keygen -y "$work/way")" --args \
        '{way: "03af9c0d11e2ab45", kind: "passphrase", name: "", recipient: $recipient, files: $ARGS.positional}' \
        "$(hash_of "$work/key1")" "$(hash_of "$work/key2")"
}

begin_epoch_2() {  # DEVICE...: a further key file for the way that remains, and the entry that opens the epoch
    new_key root2
    age-keygen -o "$work/epoch2" 2>/dev/null
    {
        printf '# Keepsake identity file, version 1\n# archive %s\n' "$id"
        epoch_lines 2
        epoch_lines 1
    } >"$work/identity2"
    age -r "$(age-keygen -y "$work/way")" -o "$work/key2" "$work/identity2"
    place_key_file "$work/key2"
    epoch_entry 2 1 "$@"
}

enroll_entry() {  # NAME: the root of the epoch lets the device in
    next_clock
    printf 'keepsake-enroll-v1\narchive %s\ndevice %s\nkey %s\nroot %s\n' "$id" "$(cat "$work/$1.id")" \
        "$(cat "$work/$1.line")" "$(cat "$work/root$epoch.line")" | sign "root$epoch" "keepsake-enroll-v1@$id" >"$work/sig"
    jq -nc --arg clock "$clock" --arg device "$(cat "$work/$1.id")" --rawfile key "$work/$1.line" \
        --rawfile root "$work/root$epoch.line" --rawfile sig "$work/sig" \
        '{op: "enroll", clock: $clock, device: $device, key: ($key | rtrimstr("\n")),
          root: ($root | rtrimstr("\n")), sig: $sig}'
}

new_device() {  # NAME: a key of its own; its first entry, on standard output
    new_key "$1"
    hash_of "$work/$1.raw" | cut -c 1-32 >"$work/$1.id"
    echo 0 >"$work/$1.seq"
    printf null >"$work/$1.prev"
    enroll_entry "$1"
}

place_segment() {  # TEXT NAME DEVICE: encrypts a segment or a rollup, puts it in the journal and the mirror
    age -r "$(age-keygen -y "$work/epoch$epoch")" -o "$work/sealed" "$1"
    folder=journal/$(cat "$work/$3.id")/0
    placed=$folder/$2-$(hash_of "$work/sealed").age
    mkdir -p "$archive/$folder" "$archive/mirror/$folder"
    echo "$placed" >"$work/placed"
    cp "$work/sealed" "$archive/$placed"
    mv "$work/sealed" "$archive/mirror/$placed"
}

segment() {  # DEVICE: standard input's entries as its next segment; the file's path in $work/placed
    cat >"$work/entries"
    next_clock
    seq=$(($(cat "$work/$1.seq") + 1))
    echo "$seq" >"$work/$1.seq"
    text=$work/$1.text$seq
    {
        jq -nc --arg id "$id" --arg device "$(cat "$work/$1.id")" --argjson seq "$seq" \
            --argjson prev "$(cat "$work/$1.prev")" --arg clock "$clock" \
            '{keepsake: "journal", version: 1, archive: $id, device: $device, seq: $seq, prev: $prev, seen: {},
              clock: $clock, time: ($clock[0:19] + "Z"), program: "by hand"}'
        cat "$work/entries"
    } >"$text"
    sign "$1" "keepsake-journal-v1@$id" <"$text" | jq -Rsc '{sig: .}' >"$work/sig"
    cat "$work/sig" >>"$text"
    printf '"%s"' "$(hash_of "$text")" >"$work/$1.prev"
    place_segment "$text" "$seq" "$1"
}

object() {  # FILE: an object of its bytes; the entry on standard output; the object's hash in $work/object
    age -r "$(age-keygen -y "$work/epoch$epoch")" -o "$work/sealed" "$1"
    hash=$(hash_of "$work/sealed")
    echo "$hash" >"$work/object"
    # The header ends with its first line that starts with three dashes.
    sed '/^--- /q' "$work/sealed" | jq -Rs . >"$work/header"
    next_clock
    jq -nc --arg clock "$clock" --arg object "$hash" --arg content "$(hash_of "$1")" \
        --argjson bytes "$(wc -c <"$1")" --argjson size "$(wc -c <"$work/sealed")" --slurpfile header "$work/header" \
        '{op: "object", clock: $clock, object: $object, content: $content, bytes: $bytes, size: $size, header: $header[0]}'
    aa=$(printf '%s' "$hash" | cut -c 1-2)
    mkdir -p "$archive/objects/$aa"
    mv "$work/sealed" "$archive/objects/$aa/$hash.age"
}

name_fields() {  # FIELD BYTES: {"name": ...} and, where that is not UTF-8, {"name_bytes": ...}
    printf '%s' "$2" >"$work/name"
    if printf '%s' "$2" | iconv -f UTF-8 -t UTF-8 >/dev/null 2>&1; then
        jq -c --arg field "$1" -Rs '{($field): .}' "$work/name"
    else
        jq -c --arg field "$1" --arg bytes "$(base64 -w 0 "$work/name")" -Rs \
            '{($field): ., ($field + "_bytes"): $bytes}' "$work/name"
    fi
}

keep() {  # ITEM ROOT FILE FOLDER NAME MODIFIED: the keep entry
    next_clock
    jq -nc --arg clock "$clock" --arg item "$1" --arg root "$2" --arg content "$(hash_of "$3")" \
        --argjson bytes "$(wc -c <"$3")" --argjson folder "$(name_fields folder "$4")" \
        --argjson name "$(name_fields name "$5")" --arg modified "$6" \
        '{op: "keep", clock: $clock, item: $item, kept: ($clock[0:19] + "Z"), root: $root,
          files: [{content: $content, bytes: $bytes} + $name + $folder + {modified: $modified}]}'
}

entry() {  # JSON: with its op's fields, given a clock
    next_clock
    jq -nc --arg clock "$clock" "{op: null, clock: \$clock} + $1"
}
