import assert from "node:assert/strict";
import { createCipheriv, createHash } from "node:crypto";
import {
    createReadStream,
    mkdtempSync,
    openSync,
    readFileSync,
    rmSync,
    writeFileSync,
    writeSync,
    closeSync,
} from "node:fs";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Upload } from "tus-js-client";

import type { Item, KeepReport } from "../../src/api/types.ts";
import { ended, isLong, Session, serving, skipWithout } from "./serving.ts";

/** A film, by the client that the pages use, over a connection that breaks ten times. */
const kBytes = isLong ? 5_000_000_000 : 96_000_000;
const kCuts = 10;
/** of the server while it arrives and is kept, above what it had when it was unlocked */
const kMostMoreMegabytes = 160;

/** Goes between, and cuts both sides each time that so many more bytes came from the client. */
class Cutting {
    cuts = 0;
    private taken = 0;
    private readonly every: number;
    private readonly server: Server;
    private readonly sockets = new Set<Socket>();

    constructor(port: number, every: number) {
        this.every = every;
        this.server = createServer((client) => {
            const behind = connect(port, "127.0.0.1");
            for (const one of [client, behind]) {
                this.sockets.add(one);
                one.on("error", () => {});
                one.on("close", () => {
                    this.sockets.delete(one);
                    client.destroy();
                    behind.destroy();
                });
            }
            behind.pipe(client);
            client.on("data", (bytes) => {
                this.taken += bytes.length;
                if (this.cuts < kCuts && this.taken >= (this.cuts + 1) * this.every) {
                    this.cuts += 1;
                    client.destroy();
                } else if (!behind.write(bytes)) {
                    client.pause();
                    behind.once("drain", () => client.resume());
                }
            });
        });
    }

    async begin(): Promise<number> {
        await new Promise<void>((ready) => this.server.listen(0, "127.0.0.1", ready));
        return (this.server.address() as AddressInfo).port;
    }

    async end(): Promise<void> {
        for (const one of this.sockets) one.destroy();
        await new Promise((done) => this.server.close(done));
    }
}

/** Bytes that no compression makes less of, and their SHA-256. */
function makeFilm(path: string): string {
    const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, 7), Buffer.alloc(16));
    const hash = createHash("sha256");
    const file = openSync(path, "w");
    const nothing = Buffer.alloc(1_000_000);
    for (let made = 0; made < kBytes; made += nothing.length) {
        const piece = cipher.update(nothing);
        hash.update(piece);
        writeSync(file, piece);
    }
    closeSync(file);
    return hash.digest("hex");
}

function megabytes(pid: number, what: "VmRSS" | "VmHWM"): number {
    const found = new RegExp(`${what}:\\s+(\\d+) kB`, "u").exec(
        readFileSync(`/proc/${pid}/status`, "utf8"),
    );
    return Number(found?.[1] ?? 0) / 1024;
}

async function send(session: Session, port: number, keep: string, path: string): Promise<void> {
    await new Promise<void>((done, failed) => {
        const upload = new Upload(createReadStream(path), {
            endpoint: `http://127.0.0.1:${port}/api/v1/uploads`,
            retryDelays: Array.from({ length: 100 }, () => 100),
            headers: { Cookie: session.cookie, Host: new URL(session.address).host },
            metadata: { keep, filename: "film.mov", lastModified: "1500000000000" },
            onSuccess: () => done(),
            onError: failed,
        });
        upload.start();
    });
}

test(
    `a film of ${kBytes / 1e6} MB arrives whole over a connection that breaks ten times, in bounded memory`,
    { skip: skipWithout, timeout: 3_000_000 },
    async (t) => {
        const folder = mkdtempSync(join(tmpdir(), "keepsake-upload-"));
        const server = await serving(folder);
        const pid = server.child.pid!;
        const cutting = new Cutting(Number(new URL(server.address).port), kBytes / (kCuts + 1));
        try {
            const film = join(folder, "film.mov");
            const sha256 = makeFilm(film);
            const session = new Session(server.address);
            await session.ask("POST", "/archive", { passphrase: "a boat shed", recovery: false });
            const port = await cutting.begin();
            const { id } = await session.ask<{ id: string }>("POST", "/keeps", {});
            const before = megabytes(pid, "VmRSS");
            writeFileSync(`/proc/${pid}/clear_refs`, "5"); // the peak is counted from here
            await send(session, port, id, film);
            assert.equal(cutting.cuts, kCuts);
            const arrived = megabytes(pid, "VmHWM");
            let report: KeepReport;
            do {
                await new Promise((wake) => setTimeout(wake, 100));
                report = await session.ask<KeepReport>("GET", `/keeps/${id}`);
            } while (report.waiting + report.arriving > 0);
            assert.equal(report.kept, 1, JSON.stringify(report));
            const item = await session.ask<Item>("GET", `/items/${report.files[0]!.item!}`);
            assert.equal(item.files[0]!.sha256, sha256);
            assert.equal(item.files[0]!.bytes, kBytes);
            const peak = megabytes(pid, "VmHWM");
            t.diagnostic(
                `server: ${before.toFixed()} MB before, ${arrived.toFixed()} MB at most while it arrived, ${peak.toFixed()} MB until it was kept`,
            );
            assert.ok(arrived - before < 48, `${arrived - before} MB more while it arrived`);
            assert.ok(peak - before < kMostMoreMegabytes, `${peak - before} MB more`);
        } finally {
            await cutting.end();
            await ended(server.child);
            rmSync(folder, { recursive: true, force: true });
        }
    },
);
