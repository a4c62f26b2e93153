import { Upload, type DetailedError, type PreviousUpload, type UrlStorage } from "tus-js-client";

import { addresses, api, Refusal, type ErrorBody } from "../api/client.ts";
import type { KeepReport, Kind } from "../api/types.ts";
import { app } from "./app.svelte.ts";
import { Chunks } from "./chunks.ts";
import { filesOf, type GivenFile } from "./given-files.ts";
import { bytes, tongue } from "./words.svelte.ts";

export type Fate = "waiting" | "sending" | "checking" | "kept" | "already" | "failed" | "stopped";

/** One file on its way, and what became of it. */
export class KeepFile {
    readonly file: File;
    readonly path: string;
    fate: Fate = "waiting";
    sent = 0;
    /** it was not kept; or, while it is checked: it waits */
    why = "";
    /** it waits for room: so much is free */
    free: number | undefined;
    keep = "";
    upload = "";
    sending: Upload | undefined;

    constructor(given: GivenFile) {
        this.file = given.file;
        this.path = given.path;
    }

    get kind(): Kind {
        const type = this.file.type.slice(0, 5);
        if (type === "image") return "photograph";
        if (type === "video" || /\.(vob|mts|m2ts|mkv|avi)$/iu.test(this.path)) return "film";
        if (type === "audio") return "sound";
        return "document";
    }
}

const kAtOnce = 3;
const kReportEveryMs = 1500;
const kTooLarge = 413;
const kWrongChecksum = 460;
/** After a lost connection it is tried again for as long as the page is open. */
const kRetryDelaysMs = [500, 1000, 2000, 4000, ...Array.from({ length: 20_000 }, () => 8000)];

/** Where an upload that was cut off can go on, by a hash that tells nobody the file's name. */
const kStorageKey = "keepsake-uploads";
const storage: UrlStorage = {
    findAllUploads: () => Promise.resolve([]),
    findUploadsByFingerprint: (fingerprint) => {
        const found = stored()[fingerprint];
        if (!found) return Promise.resolve([]);
        const previous: PreviousUpload = {
            size: null,
            metadata: { keep: found.keep },
            creationTime: "",
            urlStorageKey: fingerprint,
            uploadUrl: found.url,
            parallelUploadUrls: null,
        };
        return Promise.resolve([previous]);
    },
    removeUpload: (key) => {
        const all = stored();
        delete all[key];
        localStorage.setItem(kStorageKey, JSON.stringify(all));
        return Promise.resolve();
    },
    addUpload: (fingerprint, upload) => {
        const all = stored();
        all[fingerprint] = { url: upload.uploadUrl ?? "", keep: upload.metadata.keep ?? "" };
        localStorage.setItem(kStorageKey, JSON.stringify(all));
        return Promise.resolve(fingerprint);
    },
};

function stored(): Record<string, { url: string; keep: string }> {
    try {
        return JSON.parse(localStorage.getItem(kStorageKey) ?? "{}") as Record<
            string,
            { url: string; keep: string }
        >;
    } catch {
        return {};
    }
}

async function fingerprintOf(file: File, path: string): Promise<string> {
    const said = JSON.stringify([path, file.size, file.lastModified]);
    if (!globalThis.crypto.subtle) return "";
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(said));
    return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What there was room for, if the answer tells. */
function freeIn(error: DetailedError | undefined): number | undefined {
    try {
        return (JSON.parse(error?.originalResponse?.getBody() ?? "") as ErrorBody).error?.free;
    } catch {
        return undefined;
    }
}

/** Brings files to the archive and says of each what became of it. It goes on while one looks at other pages. */
class Keeper {
    files: KeepFile[] = [];
    /** changes with anything in `files` */
    version = $state(0);
    isRunning = $state(false);
    isReading = $state(false);
    isWaitingForConnection = $state(false);
    kept = $state(0);
    settled = $state(0);
    bytesSent = $state(0);
    bytesAll = $state(0);
    private next = 0;
    private active = 0;
    private beganAt = 0;
    private keep = "";
    private reportTimer: ReturnType<typeof setTimeout> | undefined;
    private readUpTo = new Map<string, number>();
    private byUpload = new Map<string, KeepFile>();
    private drawTimer: ReturnType<typeof setTimeout> | undefined;

    constructor() {
        app.onKeep((progress) => {
            if (progress.keep === this.keep) this.reportSoon(100);
        });
    }

    get secondsLeft(): number | undefined {
        const seconds = (Date.now() - this.beganAt) / 1000;
        if (seconds < 3 || this.bytesSent < 1) return undefined;
        return ((this.bytesAll - this.bytesSent) * seconds) / this.bytesSent;
    }

    /** From a drop or a paste; false if there was nothing to keep. */
    async addTransfer(data: DataTransfer, isPaste: boolean): Promise<boolean> {
        this.isReading = true;
        try {
            const text = isPaste ? data.getData("text/plain") : "";
            const given = await filesOf(data);
            if (given.length === 0 && text.trim() !== "") this.addWords(text);
            else this.add(given);
            return given.length > 0 || text.trim() !== "";
        } finally {
            this.isReading = false;
        }
    }

    addWords(text: string): void {
        const when = new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll(":", ".");
        const file = new File([text], tongue.t.keep.wordsFile(when), { type: "text/plain" });
        this.add([{ file, path: file.name }]);
    }

    add(given: readonly GivenFile[]): void {
        if (given.length === 0) return;
        if (!this.isRunning) this.clear();
        for (const one of given) {
            this.files.push(new KeepFile(one));
            this.bytesAll += one.file.size;
        }
        this.changed();
        void this.run();
    }

    clear(): void {
        this.files = [];
        this.next = 0;
        this.kept = 0;
        this.settled = 0;
        this.bytesSent = 0;
        this.bytesAll = 0;
        this.keep = "";
        this.readUpTo.clear();
        this.byUpload.clear();
        this.changed();
    }

    stop(): void {
        for (const one of this.files) {
            if (one.fate !== "waiting" && one.fate !== "sending") continue;
            void one.sending?.abort(true).catch(() => {});
            one.sending = undefined;
            this.settle(one, "stopped");
        }
        this.active = 0;
        this.next = this.files.length;
        this.isWaitingForConnection = false;
        this.finishIfDone();
    }

    /** Those that were not kept, or not sent, once more. */
    again(fate: "failed" | "stopped"): void {
        for (const one of this.files) {
            if (one.fate !== fate) continue;
            one.fate = "waiting";
            one.why = "";
            this.byUpload.delete(one.upload);
            one.upload = "";
            this.bytesSent -= one.sent;
            one.sent = 0;
            this.settled -= 1;
        }
        this.next = 0;
        this.changed();
        void this.run();
    }

    private async run(): Promise<void> {
        if (!this.isRunning) {
            this.isRunning = true;
            this.beganAt = Date.now();
        }
        if (this.keep === "") {
            try {
                this.keep = (await api.newKeep(this.files.length, this.bytesAll)).id;
            } catch (error) {
                const t = tongue.t.keep.why;
                let why = t.refused;
                if (error instanceof Refusal && error.code === "no_space")
                    why =
                        error.free === undefined
                            ? t.noSpace
                            : t.needsAll(bytes(this.bytesAll), bytes(error.free));
                for (const one of this.files)
                    if (one.fate === "waiting") this.settle(one, "failed", why);
                this.finishIfDone();
                return;
            }
        }
        this.fill();
    }

    private fill(): void {
        while (this.active < kAtOnce && this.next < this.files.length) {
            const one = this.files[this.next] as KeepFile;
            this.next += 1;
            if (one.fate !== "waiting") continue;
            this.active += 1;
            one.fate = "sending";
            void this.send(one);
        }
        this.finishIfDone();
    }

    private async send(one: KeepFile): Promise<void> {
        try {
            // What cannot be read is said at once; of a disc that ends later, the upload tells.
            await one.file.slice(0, 1).arrayBuffer();
        } catch {
            this.over(one, "failed", tongue.t.keep.why.unreadable);
            return;
        }
        const name = one.path.split("/").at(-1) ?? one.path;
        const fingerprint = await fingerprintOf(one.file, one.path);
        if (one.fate !== "sending") return;
        one.keep = this.keep;
        const upload = this.uploadOf(one, name, fingerprint);
        one.sending = upload;
        const previous = await upload.findPreviousUploads().catch(() => []);
        if (one.fate !== "sending") return;
        if (previous[0]) {
            one.keep = previous[0].metadata.keep ?? this.keep;
            upload.resumeFromPreviousUpload(previous[0]);
        }
        upload.start();
    }

    private uploadOf(one: KeepFile, name: string, fingerprint: string): Upload {
        const chunks: Chunks = new Chunks(
            one.file,
            globalThis.crypto.subtle,
            () => one.sending === upload,
        );
        const upload: Upload = new Upload(one.file, {
            endpoint: addresses.uploads(),
            retryDelays: kRetryDelaysMs,
            fileReader: chunks,
            chunkSize: chunks.chunkSize,
            onBeforeRequest: (request) => {
                if (request.getMethod() === "PATCH" && chunks.checksum !== "")
                    request.setHeader("Upload-Checksum", chunks.checksum);
            },
            onChunkComplete: () => {
                chunks.arrived();
                upload.options.chunkSize = chunks.chunkSize;
            },
            metadata: {
                keep: this.keep,
                filename: name,
                relativePath: one.path,
                lastModified: String(one.file.lastModified),
            },
            fingerprint: () => Promise.resolve(fingerprint),
            urlStorage: storage,
            storeFingerprintForResuming: fingerprint !== "",
            removeFingerprintOnSuccess: true,
            onShouldRetry: (error) => {
                const may = this.mayRetry(one, chunks, error);
                upload.options.chunkSize = chunks.chunkSize;
                return may;
            },
            onProgress: (sent) => {
                this.isWaitingForConnection = false;
                this.bytesSent += sent - one.sent;
                one.sent = sent;
                this.changed();
            },
            onSuccess: () => {
                this.bytesSent += one.file.size - one.sent;
                one.sent = one.file.size;
                one.upload = upload.url?.split("/").at(-1) ?? "";
                this.byUpload.set(one.upload, one);
                this.over(one, "checking");
            },
            onError: (error) => void this.failed(one, error),
        });
        return upload;
    }

    private mayRetry(one: KeepFile, chunks: Chunks, error: DetailedError): boolean {
        const status = error.originalResponse?.getStatus() ?? 0;
        if (status === kWrongChecksum) return chunks.wasDamaged();
        const isChunk = error.originalRequest.getMethod() === "PATCH";
        if (status === 0 && isChunk) chunks.cutOff();
        if (status === kTooLarge && isChunk) return chunks.wasTooLarge();
        const mayCome =
            (status === 0 && !chunks.isUnreadable) ||
            status === 409 ||
            status === 423 ||
            status === 429 ||
            (status >= 500 && status !== 507);
        if (mayCome && one.fate === "sending") this.isWaitingForConnection = true;
        return mayCome;
    }

    private async failed(one: KeepFile, error: Error | DetailedError): Promise<void> {
        const status = "originalResponse" in error ? (error.originalResponse?.getStatus() ?? 0) : 0;
        const t = tongue.t.keep.why;
        let why = t.refused;
        if (status === 507) {
            const free = freeIn("originalResponse" in error ? error : undefined);
            why =
                free === undefined ? t.noSpace : t.needsOnItsWay(bytes(one.file.size), bytes(free));
        } else if (status === kWrongChecksum) why = t.damaged;
        else if (status === 0) {
            const isReadable = await one.file
                .slice(Math.max(0, one.file.size - 1))
                .arrayBuffer()
                .then(
                    () => true,
                    () => false,
                );
            why = isReadable ? t.changed : t.unreadable;
        }
        // What came of it lies in the clear at the server: nobody goes on with it.
        if (status !== 401) void one.sending?.abort(true).catch(() => {});
        this.over(one, "failed", why);
    }

    /** Its sending is over. */
    private over(one: KeepFile, fate: Fate, why = ""): void {
        if (one.fate !== "sending") return;
        one.sending = undefined;
        this.active = Math.max(0, this.active - 1);
        if (fate === "checking") {
            one.fate = fate;
            this.reportSoon(200);
        } else this.settle(one, fate, why);
        this.changed();
        this.fill();
    }

    private settle(one: KeepFile, fate: Fate, why = ""): void {
        one.fate = fate;
        one.why = why;
        one.free = undefined;
        this.settled += 1;
        if (fate === "kept" || fate === "already") this.kept += 1;
        this.changed();
    }

    private reportSoon(afterMs: number): void {
        this.reportTimer ??= setTimeout(() => {
            this.reportTimer = undefined;
            void this.report();
        }, afterMs);
    }

    /** Asks what became of the files that have arrived. */
    private async report(): Promise<void> {
        const keeps = new Set(
            this.files.filter((one) => one.fate === "checking").map((one) => one.keep),
        );
        for (const keep of keeps) await this.reportOf(keep).catch(() => {});
        if (this.files.some((one) => one.fate === "checking")) this.reportSoon(kReportEveryMs);
        this.finishIfDone();
    }

    private async reportOf(keep: string): Promise<void> {
        const kSome = 1000;
        let first = this.readUpTo.get(keep) ?? 0;
        let isSettledSoFar = true;
        for (;;) {
            const report = await api.keepReport(keep, first, kSome);
            report.files.forEach((file, index) => {
                const one = this.byUpload.get(file.upload);
                if (one) this.take(one, file);
                if (file.state === "arriving" || file.state === "waiting") isSettledSoFar = false;
                else if (isSettledSoFar) this.readUpTo.set(keep, first + index + 1);
            });
            if (report.files.length < kSome) return;
            first += report.files.length;
        }
    }

    private take(one: KeepFile, { state, why = "", free }: KeepReport["files"][number]): void {
        if (one.fate !== "checking") return;
        const t = tongue.t.keep.why;
        if (state === "kept" || state === "already") this.settle(one, state);
        else if (state === "failed") this.settle(one, "failed", why || t.refused);
        else {
            one.free = free;
            one.why = free === undefined ? why : t.needs(bytes(one.file.size), bytes(free));
            this.changed();
        }
    }

    private finishIfDone(): void {
        if (this.isRunning && this.settled === this.files.length) {
            this.isRunning = false;
            this.isWaitingForConnection = false;
            // At once: the end is not said beside rows that still wait.
            this.draw();
        } else this.changed();
    }

    /** At most some ten times a second, however fast things go. */
    private changed(): void {
        this.drawTimer ??= setTimeout(() => this.draw(), 80);
    }

    private draw(): void {
        clearTimeout(this.drawTimer);
        this.drawTimer = undefined;
        this.version += 1;
    }
}

export const keeper = new Keeper();
