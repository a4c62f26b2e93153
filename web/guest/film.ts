import { isHeaderWhole, kChunk, kTag, openHeader, plainSize, type Body } from "./age.ts";
import type { FileRef } from "./format.ts";
import type { Source } from "./source.ts";
import { NoRanges, Trouble } from "./trouble.ts";

/** A long file that is read from anywhere, as it is played: every chunk is checked by its tag, and nothing else is fetched. */
const kFirst = 256 * 1024;
const kChunksAtOnce = 16;

export class Film {
    readonly size: number;
    private readonly source: Source;
    private readonly file: FileRef;
    private readonly body: Body;
    /** the first bytes of the file, which hold its header */
    private readonly head: Uint8Array;

    private constructor(source: Source, file: FileRef, body: Body, head: Uint8Array) {
        this.source = source;
        this.file = file;
        this.body = body;
        this.head = head;
        this.size = file.bytes;
    }

    /** Errors: Trouble: changed, closed, offline; NoRanges where the host gives no parts of files. */
    static async open(source: Source, file: FileRef, signal: AbortSignal): Promise<Film> {
        if (!source.range) throw new NoRanges();
        const end = Math.min(file.size, kFirst);
        const head = await source.range(file.name, 0, end, file.size, signal);
        if (!isHeaderWhole(head)) throw new Trouble("changed");
        const body = await openHeader(head, { identity: file.key });
        if (plainSize(file.size - body.start) !== file.bytes) throw new Trouble("changed");
        return new Film(source, file, body, head);
    }

    /** The plaintext from a place on to `to` (not included), in pieces; the next is fetched while one is used. */
    async *read(from: number, to: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
        const end = Math.ceil(to / kChunk);
        let index = Math.floor(from / kChunk);
        // What is wanted first comes first, and not with much behind it.
        let count = 4;
        let coming = this.window(index, Math.min(end, index + count), signal);
        while (index < end) {
            const plain = await coming;
            const at = index * kChunk;
            index = Math.min(end, index + count);
            count = kChunksAtOnce;
            if (index < end) {
                coming = this.window(index, Math.min(end, index + count), signal);
                // Asked for ahead; whoever comes for it learns of a failure.
                coming.catch(() => undefined);
            }
            yield plain.slice(Math.max(0, from - at), Math.min(plain.length, to - at));
        }
    }

    private async window(first: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
        const sealedChunk = kChunk + kTag;
        const from = this.body.start + first * sealedChunk;
        const to = Math.min(this.file.size, this.body.start + end * sealedChunk);
        const sealed =
            to <= this.head.length
                ? this.head.subarray(from, to)
                : await this.source.range!(this.file.name, from, to, this.file.size, signal);
        const plain = new Uint8Array(to - from - (end - first) * kTag);
        const last = Math.ceil(this.size / kChunk) - 1;
        for (let index = first; index < end; index += 1) {
            const at = (index - first) * sealedChunk;
            const chunk = await this.body.open(
                index,
                index === last,
                sealed.subarray(at, at + sealedChunk),
            );
            plain.set(chunk, (index - first) * kChunk);
        }
        return plain;
    }
}
