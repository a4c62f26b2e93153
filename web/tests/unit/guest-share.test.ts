import assert from "node:assert/strict";
import { createHash, randomBytes, webcrypto } from "node:crypto";
import { test } from "node:test";

import { Encrypter, generateIdentity, identityToRecipient } from "age-encryption";

import { openPieces, plainSize } from "../../guest/age.ts";
import { readHead, readInside, readLeaf } from "../../guest/format.ts";
import { keyIn } from "../../guest/link.ts";
import { Trouble } from "../../guest/trouble.ts";

// Node 18 has it under this name alone.
if (!("crypto" in globalThis)) Object.assign(globalThis, { crypto: webcrypto });

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function opened(bytes: Uint8Array, identity: string, size: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of openPieces(inPieces(bytes, size), { identity }, bytes.length))
        parts.push(part);
    return Buffer.concat(parts);
}

async function sealed(plain: Uint8Array, identity: string): Promise<Uint8Array> {
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(identity));
    return encrypter.encrypt(plain);
}

const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("a file is opened chunk by chunk whatever pieces it comes in, and its size is known beforehand", async () => {
    const identity = await generateIdentity();
    for (const size of [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000]) {
        const plain = randomBytes(size);
        const file = await sealed(plain, identity);
        for (const piece of [101, 65_552, 1_000_000])
            assert.equal(hashOf(await opened(file, identity, piece)), hashOf(plain), `${size}`);
        const start = Buffer.from(file).indexOf("\n", Buffer.from(file).indexOf("\n---") + 1) + 17;
        assert.equal(plainSize(file.length - start), size);
    }
    assert.equal(plainSize(15), undefined);
    assert.equal(plainSize(65_552 + 16), undefined);
});

test("no byte of a file can be changed, left out or put to it", async () => {
    const identity = await generateIdentity();
    const file = await sealed(randomBytes(140_000), identity);
    const chunk = 65_552;
    const start = file.length - 140_000 - 3 * 16;
    const harmed: Uint8Array[] = [file.slice(0, -1), file.slice(0, start + chunk)];
    for (const at of [0, 30, 100, 150, start - 1, start, start + chunk + 5, file.length - 1]) {
        const one = new Uint8Array(file);
        one[at] = one[at]! ^ 4;
        harmed.push(one);
    }
    // Two chunks in each other's place; the first one again at the end.
    const first = file.slice(start, start + chunk);
    const second = file.slice(start + chunk, start + 2 * chunk);
    const rest = file.slice(start + 2 * chunk);
    harmed.push(Buffer.concat([file.slice(0, start), second, first, rest]));
    harmed.push(Buffer.concat([file, first]));
    for (const [at, one] of harmed.entries())
        await assert.rejects(opened(one, identity, 50_000), Trouble, `harm ${at}`);
});

const file = {
    name: `${"ab".repeat(16)}.age`,
    key: `AGE-SECRET-KEY-1${"Q".repeat(58)}`,
    bytes: 10,
    size: 226,
    sha256: "cd".repeat(32),
};
const leaf = { caption: null, taken: null, place: null, name: "photograph-01", parts: [] };
const head = {
    keepsake: "share",
    version: 1,
    from: "Ines",
    made: "2026-11-25",
    until: null,
    told: { to: "Ana", language: "en", save: true, cover: null, parts: {}, inside: file },
};
const inside = {
    name: "Emil",
    when: null,
    by: null,
    story: [{ paragraph: [{ text: "He came." }] }, { unheard: true }],
    items: [{ id: "0".repeat(16), kind: "photograph", width: 3, height: 2, shown: leaf }],
};
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

test("what is known is read, what is not known is passed over", () => {
    assert.equal(readHead(bytes({ ...head, more: nested(5) })).from, "Ines");
    assert.equal(readInside(bytes(inside)).story.length, 1);
    assert.equal(readLeaf(Buffer.concat([bytes(leaf), Buffer.alloc(100, " ")])).name, leaf.name);
});

const hostile: [string, () => unknown][] = [
    ["no share", () => readHead(bytes({ ...head, keepsake: "?" }))],
    ["not JSON", () => readHead(new TextEncoder().encode("{"))],
    ["not UTF-8", () => readHead(new Uint8Array([34, 255, 34]))],
    ["an array", () => readHead(bytes([]))],
    ["nothing to go on with", () => readHead(bytes({ ...head, told: null }))],
    ["too long a name", () => readHead(bytes({ ...head, from: "x".repeat(257) }))],
    ["U+0000", () => readHead(bytes({ ...head, from: "a\0b" }))],
    ["too deep", () => readHead(bytes({ ...head, more: nested(40) }))],
    ["too large", () => readHead(bytes({ ...head, more: "x".repeat(70_000) }))],
    ...["../manifest.age", "https://example.org/a.age", "index.html", `${"AB".repeat(16)}.age`].map(
        (name): [string, () => unknown] => [
            `a file's name that leads elsewhere: ${name}`,
            () => readHead(bytes({ ...head, told: { ...head.told, inside: { ...file, name } } })),
        ],
    ),
    [
        "a negative size",
        () => readHead(bytes({ ...head, told: { ...head.told, inside: { ...file, size: -1 } } })),
    ],
    ["a name to save under that is a path", () => readLeaf(bytes({ ...leaf, name: "../x" }))],
    ["too many parts", () => readLeaf(bytes({ ...leaf, parts: Array(501).fill({}) }))],
    [
        "a covered item that shows itself",
        () =>
            readInside(
                bytes({ ...inside, items: [{ ...inside.items[0], cover: { line: null } }] }),
            ),
    ],
    [
        "three pictures in a row",
        () => readInside(bytes({ ...inside, story: [{ pictures: ["", "", ""] }] })),
    ],
    [
        "a line of 161 characters",
        () =>
            readHead(bytes({ ...head, told: { ...head.told, cover: { line: "x".repeat(161) } } })),
    ],
];
test("what breaks the format's rules is refused", () => {
    for (const [what, read] of hostile)
        assert.throws(read, (error) => error instanceof Trouble && error.why === "changed", what);
});

test("a later version is told from what is broken", () => {
    const read = () => readHead(bytes({ keepsake: "share", version: 2, from: "Ines" }));
    assert.throws(read, (error) => error instanceof Trouble && error.why === "newer");
});

test("the key is found in what mail programs make of a link, and in nothing less", () => {
    const key = file.key;
    for (const text of [key, key.toLowerCase(), `${key}&utm=1`, ` ${key}.`, `#${key}`])
        assert.equal(keyIn(text), key);
    for (const text of ["", key.slice(0, -1), `${key}Q`, key.replace("-1", "-2")])
        assert.equal(keyIn(text), undefined);
});
