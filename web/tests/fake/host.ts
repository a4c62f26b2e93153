import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import type { Made } from "./share.ts";

/** A plain static web server, as any: the share is in a folder of it. Notes what it was asked for. */
const kTypes: Record<string, string> = {
    html: "text/html; charset=utf-8",
    js: "text/javascript",
    css: "text/css",
    woff2: "font/woff2",
    age: "application/octet-stream",
};

export interface HostOptions {
    ranges?: boolean;
    /** most hosts send text smaller; false: as it is */
    gzip?: boolean;
    /** the address to listen at; another than loopback is plain http without WebCrypto */
    host?: string;
}

export interface Asked {
    method: string;
    path: string;
    range: string | undefined;
    headers: IncomingMessage["headers"];
}

export const folder = "/photos-for-you/";

export function guestPage(web: string): Map<string, Uint8Array> {
    const dist = join(web, "dist-guest");
    return new Map(readdirSync(dist).map((name) => [name, readFileSync(join(dist, name))]));
}

export class Host {
    readonly asked: Asked[] = [];
    readonly files: Map<string, Uint8Array>;
    readonly made: Made;
    private readonly options: HostOptions;
    private readonly server: Server;
    address = "";
    /** answers this for whatever is asked for */
    status: number | undefined;
    /** names of files that are answered only when this promise is kept */
    readonly held = new Map<string, Promise<void>>();
    sent = 0;
    /** requests that were not answered yet */
    busy = 0;
    /** how many requests came */
    heard = 0;

    constructor(web: string, made: Made, options: HostOptions = {}) {
        this.options = options;
        this.made = made;
        this.files = new Map([...guestPage(web), ...made.files]);
        this.server = createServer((request, response) => void this.answer(request, response));
    }

    async start(): Promise<void> {
        const host = this.options.host ?? "127.0.0.1";
        await new Promise<void>((done) => this.server.listen(0, host, done));
        this.address = `http://${host}:${(this.server.address() as AddressInfo).port}`;
    }

    async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((done) => this.server.close(done));
    }

    get place(): string {
        return `${this.address}${folder}`;
    }

    get link(): string {
        return `${this.place}#${this.made.key}`;
    }

    /** files of the share that were asked for, by what they are */
    get content(): string[] {
        const whats = new Map([...this.made.names].map(([what, name]) => [name, what]));
        return this.asked
            .map(({ path }) => path.slice(folder.length))
            .filter((name) => name.endsWith(".age"))
            .map((name) => whats.get(name) ?? name);
    }

    private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
        this.heard += 1;
        this.busy += 1;
        response.on("close", () => (this.busy -= 1));
        const path = request.url ?? "/";
        const range = request.headers.range;
        this.asked.push({ method: request.method ?? "", path, range, headers: request.headers });
        let name = path.startsWith(folder) ? path.slice(folder.length).split("?")[0]! : "?";
        // As hosts of one-page sites do, and as the guest listener does for a changed link.
        if (name === "" || name.startsWith("%23")) name = "index.html";
        await this.held.get(name);
        const bytes = this.files.get(name);
        if ((this.status !== undefined && name !== "index.html") || !bytes) {
            if (this.status !== undefined && /\.(js|css|woff2)$/u.test(name) && bytes) {
                response.writeHead(200, { "content-type": kTypes[name.split(".").pop()!]! });
                response.end(bytes);
                return;
            }
            response.writeHead(bytes ? this.status! : 404).end();
            return;
        }
        const type = kTypes[name.split(".").pop()!] ?? "application/octet-stream";
        const bounds =
            this.options.ranges === false ? null : /^bytes=(\d+)-(\d*)$/u.exec(range ?? "");
        const isText = /\.(html|js|css)$/u.test(name);
        const takesGzip = /\bgzip\b/u.test(String(request.headers["accept-encoding"]));
        if (isText && takesGzip && this.options.gzip !== false) {
            response.writeHead(200, { "content-type": type, "content-encoding": "gzip" });
            response.end(gzipSync(bytes));
            return;
        }
        if (!bounds) {
            response.writeHead(200, { "content-type": type, "content-length": bytes.length });
            response.end(request.method === "HEAD" ? undefined : bytes);
            this.sent += bytes.length;
            return;
        }
        const from = Number(bounds[1]);
        const to = Math.min(bytes.length, bounds[2] ? Number(bounds[2]) + 1 : bytes.length);
        response.writeHead(206, {
            "content-type": type,
            "content-length": to - from,
            "content-range": `bytes ${from}-${to - 1}/${bytes.length}`,
        });
        response.end(bytes.subarray(from, to));
        this.sent += to - from;
    }
}
