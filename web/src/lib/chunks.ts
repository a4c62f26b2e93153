import type { FileReader, FileSource, SliceResult } from "tus-js-client";

const kFirstBytes = 1 << 20;
const kLeastBytes = 256 << 10;
const kMostBytes = 16 << 20;
/** So often a chunk that arrives as another is sent again; then something is broken for good. */
const kMostDamaged = 5;

/** The part of WebCrypto that is used; browsers have it where a page came by https, or from this computer. */
export type Hashing = Pick<SubtleCrypto, "digest">;

/**
 * Cuts a file into the chunks that it is sent in. With a checksum a chunk arrives as a whole or not at all, so that its
 * size follows the connection; where none can be made, what is left is one chunk, which stands as far as it came. In
 * both cases none is larger than what stands between (a proxy) lets through.
 */
export class Chunks implements FileReader, FileSource {
    /** tus: Upload-Checksum of what slice() gave last; "" where none can be made */
    checksum = "";
    /** a read failed: it is of no use to try again */
    isUnreadable = false;
    readonly size: number;
    /** of the chunk that is sent next */
    chunkSize: number;
    private most: number;
    private damaged = 0;
    private readonly file: Blob;
    private readonly hashing: Hashing | undefined;
    private readonly isWanted: () => boolean;

    /** `isWanted`: whether it is still to be sent */
    constructor(file: Blob, hashing: Hashing | undefined, isWanted: () => boolean) {
        this.file = file;
        this.size = file.size;
        this.hashing = hashing;
        this.chunkSize = hashing ? kFirstBytes : Number.POSITIVE_INFINITY;
        this.most = hashing ? kMostBytes : Number.POSITIVE_INFINITY;
        this.isWanted = isWanted;
    }

    openFile(): Promise<FileSource> {
        return Promise.resolve(this);
    }

    async slice(start: number, end: number): Promise<SliceResult> {
        const part = this.file.slice(start, Math.min(end, this.size));
        // Without a checksum the browser reads by itself; here it only shows whether there is anything to read.
        const read = await (this.hashing ? part : part.slice(0, 1)).arrayBuffer().catch(() => {
            this.isUnreadable = true;
            throw new Error("It could not be read.");
        });
        let value = part;
        if (this.hashing) {
            const digest = new Uint8Array(await this.hashing.digest("SHA-256", read));
            this.checksum = `sha256 ${btoa(String.fromCharCode(...digest))}`;
            // The very bytes that were counted: read again they might be others.
            value = new Blob([read]);
        }
        if (!this.isWanted()) throw new Error("It was stopped.");
        return { value, done: end >= this.size };
    }

    close(): void {}

    arrived(): void {
        this.damaged = 0;
        this.chunkSize = Math.min(this.most, this.chunkSize * 2);
    }

    /** The connection broke: nothing of the chunk stands. */
    cutOff(): void {
        this.chunkSize = Math.max(kLeastBytes, this.chunkSize / 2);
    }

    /** It was refused for its size. Gives whether smaller ones are to be tried. */
    wasTooLarge(): boolean {
        if (this.chunkSize <= kLeastBytes) return false;
        this.most = Number.isFinite(this.chunkSize) ? this.chunkSize / 2 : kFirstBytes;
        this.chunkSize = this.most;
        return true;
    }

    /** It arrived as another one. Gives whether it is to be sent again. */
    wasDamaged(): boolean {
        this.damaged += 1;
        return this.damaged <= kMostDamaged;
    }
}
