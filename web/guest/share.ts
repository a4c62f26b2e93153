import { sha256 } from "@noble/hashes/sha2.js";

import { joined, openPieces, type Key } from "./age.ts";
import {
    kMost,
    readHead,
    readInside,
    readLeaf,
    readTold,
    type FileRef,
    type Head,
    type Inside,
    type Leaf,
    type Told,
} from "./format.ts";
import type { Source } from "./source.ts";
import { Trouble } from "./trouble.ts";

export type Progress = (part: number) => void;

/** A share that is being looked at: its files, opened one by one as they are wanted. Nothing opened is kept here. */
export class Share {
    readonly source: Source;
    private readonly identity: string;

    constructor(source: Source, identity: string) {
        this.source = source;
        this.identity = identity;
    }

    /** Errors: Trouble: closed (missing, or its last day is past), changed, newer, offline. */
    async head(signal: AbortSignal): Promise<Head> {
        const pieces = this.limited("manifest.age", undefined, 2 * kMost.head, signal);
        const head = readHead(await gathered(openPieces(pieces, { identity: this.identity })));
        if (head.until !== undefined && isPast(head.until))
            throw Object.assign(new Trouble("closed"), { from: head.from });
        return head;
    }

    /** With the passphrase as it was typed; else without what a phone's keyboard adds. Errors: Trouble("wrong") and others. */
    async unlock(locked: Omit<FileRef, "key">, typed: string, signal: AbortSignal): Promise<Told> {
        const outer = await this.bytes({ ...locked, key: this.identity }, 2 * kMost.told, signal);
        const tries = [...new Set([typed, typed.trim().normalize("NFC")])];
        for (const passphrase of tries)
            try {
                const inner = openPieces(one(outer), { passphrase }, outer.length);
                return readTold(await gathered(inner));
            } catch (error) {
                if (!(error instanceof Trouble) || error.why !== "wrong") throw error;
            }
        throw new Trouble("wrong");
    }

    async inside(file: FileRef, signal: AbortSignal): Promise<Inside> {
        return readInside(await this.bytes(file, kMost.inside, signal));
    }

    async leaf(file: FileRef, signal: AbortSignal): Promise<Leaf> {
        return readLeaf(await this.bytes(file, kMost.leaf, signal));
    }

    /** All of a file at once. Errors: Trouble: changed if it is not what was sent; closed, offline. */
    async bytes(
        file: FileRef,
        most: number,
        signal: AbortSignal,
    ): Promise<Uint8Array<ArrayBuffer>> {
        if (file.bytes > most) throw new Trouble("changed");
        return gathered(this.opened(file, signal));
    }

    /** All of a file as a blob, which the browser may put aside on its disk. */
    async blob(
        file: FileRef,
        type: string,
        signal: AbortSignal,
        progress?: Progress,
    ): Promise<Blob> {
        const aside = 16 * 1024 * 1024;
        const blobs: Blob[] = [];
        let pieces: Uint8Array[] = [];
        let held = 0;
        let done = 0;
        for await (const piece of this.opened(file, signal)) {
            pieces.push(piece);
            held += piece.length;
            done += piece.length;
            progress?.(done / Math.max(1, file.bytes));
            if (held >= aside) {
                blobs.push(new Blob(pieces as BlobPart[]));
                pieces = [];
                held = 0;
            }
        }
        return new Blob([...blobs, ...(pieces as BlobPart[])], { type });
    }

    /** The plaintext of a file; the end comes only after size, hash and every chunk are what was sent. */
    private async *opened(file: FileRef, signal: AbortSignal): AsyncGenerator<Uint8Array> {
        const hash = sha256.create();
        const pieces = this.limited(file.name, file.size, file.size, signal);
        async function* hashed(): AsyncGenerator<Uint8Array> {
            for await (const piece of pieces) {
                hash.update(piece);
                yield piece;
            }
        }
        const key: Key = { identity: file.key };
        let bytes = 0;
        for await (const plain of openPieces(hashed(), key, file.size)) {
            bytes += plain.length;
            if (bytes > file.bytes) throw new Trouble("changed");
            yield plain;
        }
        if (bytes !== file.bytes || hex(hash.digest()) !== file.sha256)
            throw new Trouble("changed");
    }

    private async *limited(
        name: string,
        size: number | undefined,
        most: number,
        signal: AbortSignal,
    ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
        let seen = 0;
        for await (const piece of this.source.pieces(name, size, signal)) {
            seen += piece.length;
            if (seen > most) throw new Trouble("changed");
            yield piece;
        }
    }
}

async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
    const all: Uint8Array[] = [];
    for await (const piece of pieces) all.push(piece);
    return joined(all);
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    yield bytes;
}

function hex(bytes: Uint8Array): string {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** To the end of the day, as the world's clock has it. */
function isPast(until: string): boolean {
    return new Date().toISOString().slice(0, until.length) > until;
}
