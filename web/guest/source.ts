import { NoRanges, Trouble } from "./trouble.ts";

/** Where the files of a share are: beside the page on a host, in the page itself, or in the pieces of a ZIP. */
export interface Source {
    /** Opened with nothing but the page: the file itself is what is saved. */
    readonly isFile: boolean;
    /** The bytes of a file, in pieces; `size` is what it should have. Errors: Trouble: closed, offline. */
    pieces(
        name: string,
        size: number | undefined,
        signal: AbortSignal,
    ): AsyncIterable<Uint8Array<ArrayBuffer>>;
    /** Bytes `from` to `to` (not included) of a file that has `size`. Errors: Trouble, NoRanges. */
    range?(
        name: string,
        from: number,
        to: number,
        size: number,
        signal: AbortSignal,
    ): Promise<Uint8Array<ArrayBuffer>>;
}

/** bytes of a file in each piece of a ZIP but the last */
const kPiece = 6 * 1024 * 1024;

/** Nothing is left in the browser's caches, and an ended share is not shown from them. */
const kOptions: RequestInit = {
    cache: "no-store",
    credentials: "omit",
    referrerPolicy: "no-referrer",
};

function checkStatus(response: Response): void {
    // Buckets that list nothing answer 403 for what is not there; some hosts send a page for it.
    if ([403, 404, 410].includes(response.status)) throw new Trouble("closed");
    if (!response.ok) throw new Trouble("offline");
    if (/^text\/html/u.test(response.headers.get("content-type") ?? ""))
        throw new Trouble("closed");
}

async function asked(request: Promise<Response | undefined>): Promise<Response> {
    let response: Response | undefined;
    try {
        response = await request;
    } catch (error) {
        if (error instanceof DOMException && error.name === "AbortError") throw error;
    }
    if (!response) throw new Trouble("offline");
    checkStatus(response);
    return response;
}

/** What the response brings; a connection that breaks is "offline". */
async function* bodyOf(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const reader = response.body!.getReader();
    try {
        for (;;) {
            let part: ReadableStreamReadResult<Uint8Array>;
            try {
                part = await reader.read();
            } catch (error) {
                if (signal.aborted) throw error;
                throw new Trouble("offline");
            }
            if (part.done) return;
            yield part.value;
        }
    } finally {
        void reader.cancel().catch(() => undefined);
    }
}

class Folder implements Source {
    readonly isFile = false;

    async *pieces(
        name: string,
        _size: number | undefined,
        signal: AbortSignal,
    ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
        const early = name === "manifest.age" ? window.keepsakeHead : undefined;
        if (early) window.keepsakeHead = undefined;
        const response = await asked(early ?? fetch(name, { ...kOptions, signal }));
        yield* bodyOf(response, signal) as AsyncGenerator<Uint8Array<ArrayBuffer>>;
    }

    async range(
        name: string,
        from: number,
        to: number,
        size: number,
        signal: AbortSignal,
    ): Promise<Uint8Array<ArrayBuffer>> {
        const headers = { Range: `bytes=${from}-${to - 1}` };
        const response = await asked(fetch(name, { ...kOptions, signal, headers }));
        const whole = /\/(\d+)$/u.exec(response.headers.get("content-range") ?? "")?.[1];
        if (response.status !== 206 || whole === undefined) {
            void response.body?.cancel();
            throw new NoRanges();
        }
        if (Number(whole) !== size) throw new Trouble("changed");
        let bytes: Uint8Array<ArrayBuffer>;
        try {
            bytes = new Uint8Array(await response.arrayBuffer());
        } catch (error) {
            if (signal.aborted) throw error;
            throw new Trouble("offline");
        }
        if (bytes.length !== to - from) throw new Trouble("offline");
        return bytes;
    }
}

/** Much at once would stop the page, so it is decoded in parts, each a whole number of 4 characters. */
function* decoded(base64: string): Generator<Uint8Array<ArrayBuffer>> {
    const step = 1024 * 1024;
    for (let at = 0; at < base64.length; at += step) {
        const text = atob(base64.slice(at, at + step));
        const bytes = new Uint8Array(text.length);
        for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
        yield bytes;
    }
}

/** One HTML file: the files stand in it as text that nobody has decoded. */
class Inline implements Source {
    readonly isFile = true;
    /** the elements, which leave the page when its first words come */
    private readonly files = new Map<string | undefined, HTMLElement>();

    constructor() {
        const all = document.querySelectorAll<HTMLElement>("script[data-file]");
        for (const one of Array.from(all)) this.files.set(one.dataset.file, one);
    }

    async *pieces(
        name: string,
        _size: number | undefined,
        signal: AbortSignal,
    ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
        const file = this.files.get(name);
        if (!file) throw new Trouble("changed");
        for (const piece of decoded(file.textContent!.trim())) {
            yield piece;
            await pause();
            if (signal.aborted) throw new DOMException("", "AbortError");
        }
    }
}

const pause = () => new Promise((done) => setTimeout(done, 0));

/** A ZIP that was taken apart: from file:// a page can fetch nothing, but it can load scripts. */
class Scripts implements Source {
    readonly isFile = true;

    async *pieces(
        name: string,
        size: number | undefined,
        signal: AbortSignal,
    ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
        const count = Math.max(1, Math.ceil((size ?? 0) / kPiece));
        for (let piece = 0; piece < count; piece += 1) {
            const text = await this.piece(name, piece);
            if (signal.aborted) throw new DOMException("", "AbortError");
            yield* decoded(text);
        }
    }

    private piece(name: string, piece: number): Promise<string> {
        return new Promise((done, failed) => {
            const script = document.createElement("script");
            const given = window.keepsakeFile;
            let text: string | undefined;
            window.keepsakeFile = (itsName, itsPiece, base64) => {
                if (itsName === name && itsPiece === piece) text = base64;
                else given?.(itsName, itsPiece, base64);
            };
            script.onload = () => {
                script.remove();
                if (text === undefined) failed(new Trouble("changed"));
                else done(text);
            };
            script.onerror = () => {
                script.remove();
                failed(new Trouble("offline"));
            };
            script.src = `files/${name}.${piece}.js`;
            document.head.append(script);
        });
    }
}

export function sourceOfPage(): Source {
    const meta = document.querySelector<HTMLMetaElement>('meta[name="keepsake-files"]')?.content;
    if (meta === "inline") return new Inline();
    if (meta === "scripts") return new Scripts();
    return new Folder();
}
