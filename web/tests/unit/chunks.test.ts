import assert from "node:assert/strict";
import { createHash, randomBytes, webcrypto } from "node:crypto";
import { test } from "node:test";

import { Chunks } from "../../src/lib/chunks.ts";

const kMebibyte = 1 << 20;
const hashing = webcrypto.subtle as unknown as SubtleCrypto;
const always = () => true;

async function bytesOf(value: Blob): Promise<Buffer> {
    return Buffer.from(await value.arrayBuffer());
}

test("a chunk goes with the checksum of its own bytes", async () => {
    const file = randomBytes(3 * kMebibyte + 7);
    const chunks = new Chunks(new Blob([new Uint8Array(file)]), hashing, always);
    let start = 0;
    for (const bytes of [kMebibyte, 2 * kMebibyte, 7]) {
        const { value, done } = await chunks.slice(start, start + chunks.chunkSize);
        const sent = await bytesOf(value as Blob);
        assert.deepEqual(sent, file.subarray(start, start + bytes));
        const digest = createHash("sha256").update(sent).digest("base64");
        assert.equal(chunks.checksum, `sha256 ${digest}`);
        start += bytes;
        assert.equal(done, start === file.length);
        chunks.arrived();
    }
});

test("chunks grow while they arrive, and shrink where the connection breaks", () => {
    const chunks = new Chunks(new Blob([]), hashing, always);
    for (let i = 0; i < 10; i += 1) chunks.arrived();
    assert.equal(chunks.chunkSize, 16 * kMebibyte);
    chunks.cutOff();
    assert.equal(chunks.chunkSize, 8 * kMebibyte);
    for (let i = 0; i < 10; i += 1) chunks.cutOff();
    assert.equal(chunks.chunkSize, kMebibyte / 4);
});

test("what is refused for its size is sent in smaller chunks from then on", () => {
    for (const one of [hashing, undefined]) {
        const chunks = new Chunks(new Blob([]), one, always);
        for (let i = 0; i < 3; i += 1) chunks.arrived();
        assert.equal(chunks.chunkSize, one ? 8 * kMebibyte : Number.POSITIVE_INFINITY);
        for (const mebibytes of one ? [4, 2, 1] : [1]) {
            assert.ok(chunks.wasTooLarge());
            assert.equal(chunks.chunkSize, mebibytes * kMebibyte);
        }
        chunks.arrived();
        assert.equal(chunks.chunkSize, kMebibyte);
        assert.ok(chunks.wasTooLarge());
        assert.ok(chunks.wasTooLarge());
        assert.ok(!chunks.wasTooLarge());
    }
});

test("what arrives as another again and again is given up, but not before a few tries", () => {
    const chunks = new Chunks(new Blob([]), hashing, always);
    const tries = () => Array.from({ length: 6 }, () => chunks.wasDamaged());
    assert.deepEqual(tries(), [true, true, true, true, true, false]);
    chunks.arrived();
    assert.deepEqual(tries(), [true, true, true, true, true, false]);
});

test("without WebCrypto all that is left is one chunk, without a checksum", async () => {
    const file = randomBytes(5 * kMebibyte);
    const chunks = new Chunks(new Blob([new Uint8Array(file)]), undefined, always);
    const { value, done } = await chunks.slice(kMebibyte, kMebibyte + chunks.chunkSize);
    assert.ok(done);
    assert.equal(chunks.checksum, "");
    assert.deepEqual(await bytesOf(value as Blob), file.subarray(kMebibyte));
    chunks.arrived();
    chunks.cutOff();
    assert.equal(chunks.chunkSize, Number.POSITIVE_INFINITY);
});

test("what cannot be read is known as that, with a checksum or without one", async () => {
    class Scratched extends Blob {
        override slice(): Blob {
            return this;
        }
        override arrayBuffer(): Promise<ArrayBuffer> {
            return Promise.reject(new DOMException("", "NotReadableError"));
        }
    }
    for (const one of [hashing, undefined]) {
        const chunks = new Chunks(new Scratched(["abc"]), one, always);
        await assert.rejects(chunks.slice(0, 3));
        assert.ok(chunks.isUnreadable);
    }
});

test("a chunk whose checksum is ready after it was stopped is not sent", async () => {
    let isWanted = true;
    const chunks = new Chunks(new Blob(["abc"]), hashing, () => isWanted);
    const slice = chunks.slice(0, 3);
    isWanted = false;
    await assert.rejects(slice);
    assert.ok(!chunks.isUnreadable);
});
