import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Decrypter } from "age-encryption";

import { forceWebCryptoOff } from "../node_modules/age-encryption/dist/x25519.js";
import { Trouble } from "./trouble.ts";

/** Files of age v1: the header by age-encryption, the chunks of 64 KiB one by one, so that a film can be read from anywhere.
 *
 * Source: age-encryption.org/v1 (C2SP age.md).
 */
export const kChunk = 65536;
export const kTag = 16;
const kNonce = 16;
/** more than the header of one stanza with room for others */
const kMostHeader = 8192;

/** What opens a file. */
export type Key = { identity: string } | { passphrase: string };

/** The body of an age file whose header was opened. */
export interface Body {
    /** where the first chunk begins in the file */
    start: number;
    /** Opens a chunk by its number. Errors: Trouble("changed"). */
    open(index: number, isLast: boolean, sealed: Uint8Array): Promise<Uint8Array>;
}

/** age-encryption looks for X25519 in WebCrypto in a way that fails where there is no `crypto.subtle` (plain http) or
 * where it names its refusal otherwise than expected (older Safari). So it is tried here, and done without if it fails. */
let isX25519Tried = false;

async function tryX25519(): Promise<void> {
    if (isX25519Tried) return;
    isX25519Tried = true;
    try {
        const point = new Uint8Array(32);
        point[0] = 9;
        await crypto.subtle.importKey("raw", point, { name: "X25519" }, false, []);
    } catch {
        forceWebCryptoOff(true);
    }
}

function nonceOf(index: number, isLast: boolean): Uint8Array<ArrayBuffer> {
    const nonce = new Uint8Array(12);
    const view = new DataView(nonce.buffer);
    view.setUint32(3, Math.floor(index / 2 ** 32));
    view.setUint32(7, index % 2 ** 32);
    nonce[11] = isLast ? 1 : 0;
    return nonce;
}

let hasFastChunks = true;

/** WebCrypto's ChaCha20-Poly1305 is several times as fast, where there is one. */
async function fastKey(key: Uint8Array<ArrayBuffer>): Promise<CryptoKey | undefined> {
    if (!hasFastChunks) return undefined;
    try {
        return await crypto.subtle.importKey(
            "raw-secret",
            key,
            { name: "ChaCha20-Poly1305" },
            false,
            ["decrypt"],
        );
    } catch {
        hasFastChunks = false;
        return undefined;
    }
}

/** Where the header ends in these first bytes of a file; undefined if it does not end in them. */
function headerEnd(bytes: Uint8Array): number | undefined {
    const most = Math.min(bytes.length, kMostHeader);
    for (let at = 0; at + 4 < most; at += 1)
        if (
            bytes[at] === 10 &&
            bytes[at + 1] === 45 &&
            bytes[at + 2] === 45 &&
            bytes[at + 3] === 45 &&
            bytes[at + 4] === 32
        ) {
            const end = bytes.indexOf(10, at + 1);
            return end < 0 || end >= most ? undefined : end + 1;
        }
    return undefined;
}

/** How many first bytes of a file openHeader needs at the least. */
export function isHeaderWhole(bytes: Uint8Array): boolean {
    if (bytes.length >= kMostHeader + kNonce) return true;
    const end = headerEnd(bytes);
    return end !== undefined && bytes.length >= end + kNonce;
}

/** Opens the header in the first bytes of a file. Errors: Trouble: "changed"; "wrong" with a passphrase; "cut" if the key is none. */
export async function openHeader(bytes: Uint8Array, key: Key): Promise<Body> {
    const end = headerEnd(bytes);
    if (end === undefined || bytes.length < end + kNonce) throw new Trouble("changed");
    await tryX25519();
    const decrypter = new Decrypter();
    try {
        if ("identity" in key) decrypter.addIdentity(key.identity);
        else decrypter.addPassphrase(key.passphrase);
    } catch {
        // A character of it is another: its checksum tells.
        throw new Trouble("cut");
    }
    let fileKey: Uint8Array;
    try {
        fileKey = await decrypter.decryptHeader(bytes.slice(0, end));
    } catch (error) {
        const isMatched = !/no identity matched/u.test(String(error));
        throw new Trouble("passphrase" in key && !isMatched ? "wrong" : "changed");
    }
    const label = new TextEncoder().encode("payload");
    const derived = hkdf(sha256, fileKey, bytes.slice(end, end + kNonce), label, 32);
    const streamKey = new Uint8Array(derived);
    const fast = await fastKey(streamKey);
    return {
        start: end + kNonce,
        async open(index, isLast, sealed) {
            const iv = nonceOf(index, isLast);
            try {
                if (!fast) return chacha20poly1305(streamKey, iv).decrypt(sealed);
                const algorithm = { name: "ChaCha20-Poly1305", iv, tagLength: 128 };
                return new Uint8Array(
                    await crypto.subtle.decrypt(algorithm, fast, sealed as BufferSource),
                );
            } catch {
                throw new Trouble("changed");
            }
        },
    };
}

/** Opens a file that comes in pieces, chunk by chunk.
 *
 * `size`: of the file, if it is known. Errors: Trouble("changed") for anything that is not as it was written.
 */
export async function* openPieces(
    pieces: AsyncIterable<Uint8Array>,
    key: Key,
    size?: number,
): AsyncGenerator<Uint8Array> {
    let held = new Uint8Array(0);
    let body: Body | undefined;
    let index = 0;
    let seen = 0;
    for await (const piece of pieces) {
        seen += piece.length;
        if (size !== undefined && seen > size) throw new Trouble("changed");
        held = joined([held, piece]);
        if (!body) {
            if (!isHeaderWhole(held)) continue;
            body = await openHeader(held, key);
            held = held.slice(body.start);
        }
        let at = 0;
        // The last chunk may be whole, so one is opened when more than it is here.
        for (; held.length - at > kChunk + kTag; at += kChunk + kTag) {
            yield await body.open(index, false, held.subarray(at, at + kChunk + kTag));
            index += 1;
        }
        if (at > 0) held = held.slice(at);
    }
    if (!body || (size !== undefined && seen !== size)) throw new Trouble("changed");
    const last = await body.open(index, true, held);
    // An empty last chunk would be a second way to write the same.
    if (last.length === 0 && index > 0) throw new Trouble("changed");
    yield last;
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(pieces.reduce((sum, one) => sum + one.length, 0));
    let at = 0;
    for (const piece of pieces) {
        all.set(piece, at);
        at += piece.length;
    }
    return all;
}

/** The size of the plaintext of a file's body of so many bytes; undefined: no body has this size. */
export function plainSize(bodySize: number): number | undefined {
    const chunks = Math.max(1, Math.ceil(bodySize / (kChunk + kTag)));
    const plain = bodySize - chunks * kTag;
    const last = bodySize - (chunks - 1) * (kChunk + kTag);
    return last < kTag || (last === kTag && chunks > 1) ? undefined : plain;
}

/** Whether these characters are a whole identity, with its checksum. */
export async function isIdentity(text: string): Promise<boolean> {
    await tryX25519();
    try {
        new Decrypter().addIdentity(text);
        return /^AGE-SECRET-KEY-1/u.test(text);
    } catch {
        return false;
    }
}
