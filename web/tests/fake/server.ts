import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

import type { Care, Check, Person, Settings } from "../../src/api/types.ts";
import { Answer, json, none, bodyOf } from "./answers.ts";
import { careOf } from "./care.ts";
import { coverLine, shown, momentCard, thingOf, pageOf } from "./covers.ts";
import { itemsOf } from "./items.ts";
import { justKept } from "./kept.ts";
import { momentsOf } from "./moments.ts";
import { quiet, setQuiet } from "./quiet.ts";
import { session, settingsOf } from "./session.ts";
import { FakeShares } from "./shares.ts";
import { Stories } from "./stories.ts";
import { timeline } from "./timeline.ts";
import { type Arriving, reportOf, tus } from "./uploads.ts";
import { idOf, makeThing, type FakeMoment, type Thing } from "./world.ts";

/** A small server that answers as docs/api/openapi.yaml says, from memory: what the pages are tested against.
 *
 * It notes every request, as the rules about covers speak of requests. */

const kTypes: Record<string, string> = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
};

export const kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; font-src 'self'; " +
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export interface Options {
    /** months and how many items are in each, oldest first; "" has no date */
    months?: [string, number][];
    state?: "none" | "locked" | "open";
    pages: string;
}

export class Fake {
    readonly requests: string[] = [];
    /** those that a page did not say it asked by itself */
    readonly asked: string[] = [];
    /** requests that were not answered yet, without those that listen */
    busy = 0;
    things: Thing[] = [];
    sections: { date: string; first: number; items: number }[] = [];
    moments: FakeMoment[] = [];
    people: Person[] = [];
    me: string | null = null;
    state: "none" | "locked" | "open" | "gone";
    archiveName = "Hagen and Lund";
    /** folders of archives on connected disks */
    nearby: string[] = [];
    readonly chosen: string[] = [];
    /** items whose originals a check found damaged */
    readonly damaged = new Set<string>();
    isChosen = false;
    settings = new Map<string, Settings>();
    quietDates = new Map<string, Set<string>>();
    quietPeople = new Map<string, Set<string>>();
    looks = new Map<string, { kind: "item" | "moment"; id: string }>();
    uploads = new Map<string, Arriving>();
    care: Partial<Care> = {};
    check: Check = {
        state: "none",
        what: "check",
        files_done: 0,
        files_total: 0,
        bytes_done: 0,
        bytes_total: 0,
        damaged: 0,
        missing: 0,
        healed: 0,
        message: "",
    };
    /** the connection is cut after so many bytes of a PATCH, so many times */
    cuts = { after: 0, times: 0 };
    /** bytes for all that is announced, for one file on its way, and for one in the archive */
    readonly room = { all: Infinity, onItsWay: Infinity, archive: Infinity };
    /** the PATCHes of uploads, as they came */
    readonly chunks: { name: string; checksum: string; bytes: number }[] = [];
    /** how many chunks of this name arrive as others than they were sent */
    readonly damaging = new Map<string, number>();
    /** pictures to look at, for screenshots, in place of plain ones */
    isScenic = false;
    readonly stories: Stories = new Stories(
        (ids, look) =>
            ids.flatMap((id) => this.byId.get(id) ?? []).map((one) => shown(this, one, look)),
        () => this.people.find((one) => one.id === this.me) ?? null,
    );
    /** for what the next draft that is sent waits, before it is taken and before it is answered */
    nextDraft: { taken?: Promise<void>; answered?: Promise<void> } = {};
    /** whether drafts that are sent are refused, and versions */
    refusesDrafts = false;
    refusesStories = false;
    /** names whose upload is refused when it has arrived */
    failing = new Set<string>();
    passphrase = "correct horse battery";
    readonly shares = new FakeShares(this);
    revision = 1;
    readonly byId = new Map<string, Thing>();
    private readonly pages: string;
    private server: Server | undefined;
    readonly listeners = new Set<ServerResponse>();
    address = "";

    constructor(options: Options) {
        this.pages = options.pages;
        this.state = options.state ?? "open";
        for (const [date, items] of options.months ?? []) this.addMonth(date, items);
    }

    addMonth(date: string, items: number): void {
        const first = this.things.length;
        this.sections.push({ date, first, items });
        for (let at = 0; at < items; at += 1) {
            const number = first + at;
            const day =
                date.length === 7
                    ? `${date}-${String(1 + Math.floor((at * 28) / items)).padStart(2, "0")}`
                    : date;
            const thing = makeThing(number, day);
            this.things.push(thing);
            this.byId.set(thing.id, thing);
        }
    }

    addPerson(name: string): Person {
        const person = { id: idOf(this.people.length, 2), name, quiet: false };
        this.people.push(person);
        return person;
    }

    addMoment(name: string, items: number[], more: Partial<FakeMoment> = {}): FakeMoment {
        const moment: FakeMoment = {
            id: idOf(this.moments.length, 3),
            name,
            dateText: "",
            people: [],
            items: items.map((number) => this.things[number]!.id),
            front: null,
            story: "",
            cover: null,
            coverBy: "",
            leaveOpen: new Set(),
            quiet: new Set(),
            ...more,
        };
        this.moments.push(moment);
        return moment;
    }

    async start(): Promise<string> {
        const server = createServer((request, response) => void this.answer(request, response));
        this.server = server;
        await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
        this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        return this.address;
    }

    async stop(): Promise<void> {
        for (const one of this.listeners) one.end();
        this.server?.closeAllConnections();
        await new Promise((done) => this.server?.close(done));
    }

    get heard(): number {
        return this.requests.length;
    }

    /** whether what it tells reaches a page */
    get isListenedTo(): boolean {
        return this.listeners.size > 0;
    }

    tell(event: string, data: unknown = {}): void {
        for (const one of this.listeners)
            one.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    }

    /** The order or the proportions of the timeline changed. */
    moved(): void {
        this.revision += 1;
    }

    private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const url = new URL(request.url ?? "/", "http://fake");
        const line = `${request.method} ${url.pathname}${url.search}`;
        this.requests.push(line);
        if (request.headers["keepsake-unasked"] !== "1") this.asked.push(line);
        if (url.pathname !== "/api/v1/events") {
            this.busy += 1;
            response.on("close", () => (this.busy -= 1));
        }
        response.setHeader("Content-Security-Policy", kPolicy);
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("X-Content-Type-Options", "nosniff");
        try {
            if (url.pathname.startsWith("/api/v1/")) await this.api(request, response, url);
            else this.file(response, url.pathname);
        } catch (error) {
            if (!(error instanceof Answer)) {
                console.error(error);
                response.destroy();
                return;
            }
            if (response.headersSent || response.destroyed) return;
            response.writeHead(error.status, {
                "Content-Type": "application/json",
                "Retry-After": "2",
            });
            const { code, message, free } = error;
            response.end(JSON.stringify({ error: { code, message, free } }));
        }
    }

    private file(response: ServerResponse, path: string): void {
        const name = path === "/" ? "/index.html" : path;
        const full = join(this.pages, name);
        if (name.includes("..") || !existsSync(full))
            throw new Answer(404, "not_found", "There is nothing here.");
        const zipped = existsSync(`${full}.gz`);
        response.setHeader("Content-Type", kTypes[extname(name)] ?? "application/octet-stream");
        if (name.startsWith("/assets/"))
            response.setHeader("Cache-Control", "public, max-age=31536000, immutable");
        if (zipped) response.setHeader("Content-Encoding", "gzip");
        response.end(readFileSync(zipped ? `${full}.gz` : full));
    }

    // ---- answers ----

    private async api(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
        const parts = url.pathname.split("/").slice(3);
        const [what = "", id, part] = parts;
        const method = request.method ?? "GET";
        if (what === "state")
            return json(response, {
                state: this.state,
                version: "1",
                may_choose: this.state === "none" || this.isChosen,
                ...(this.state === "none" ? { folder: "/home/ines/Keepsake" } : {}),
            });
        if (this.state === "gone")
            throw new Answer(503, "gone", "The disk with your archive is not there.");
        if (what === "nearby" && (this.state === "none" || this.isChosen)) {
            if (method === "GET")
                return json(response, {
                    archives: this.nearby.map((folder) => ({ folder })),
                });
            const { folder } = await bodyOf<{ folder: string }>(request);
            if (!this.nearby.includes(folder))
                throw new Answer(404, "not_found", "There is no archive any more at this place.");
            this.state = "locked";
            this.isChosen = true;
            this.chosen.push(folder);
            return none(response);
        }
        if (what === "archive" && method === "POST") {
            this.state = "open";
            const { name } = await bodyOf<{ name?: string }>(request);
            this.archiveName = name ?? "";
            const words =
                "able baker cargo dune ember fable glow harbour island jewel kettle lantern".split(
                    " ",
                );
            return json(response, { session: session(this), words }, 201);
        }
        if (what === "session" && method === "POST") {
            const { passphrase } = await bodyOf<{ passphrase: string }>(request);
            if (passphrase !== this.passphrase)
                throw new Answer(401, "wrong_key", "That does not open it.");
            this.state = "open";
            this.isChosen = false;
            return json(response, session(this));
        }
        if (this.state !== "open") throw new Answer(401, "locked", "Locked.");
        switch (what) {
            case "archive":
                this.archiveName = (await bodyOf<{ name: string }>(request)).name;
                return none(response);
            case "session":
                if (method === "DELETE") {
                    this.state = "locked";
                    return none(response);
                }
                if (method === "PATCH") {
                    this.me = (await bodyOf<{ person: string | null }>(request)).person;
                    this.looks.clear();
                }
                return json(response, session(this));
            case "settings":
                if (method === "PATCH") Object.assign(settingsOf(this), await bodyOf(request));
                return json(response, settingsOf(this));
            case "people":
                if (method === "POST")
                    return json(
                        response,
                        this.addPerson((await bodyOf<{ name: string }>(request)).name),
                        201,
                    );
                if (method === "PATCH") {
                    const person = this.people.find((one) => one.id === id)!;
                    person.name = (await bodyOf<{ name: string }>(request)).name;
                    return json(response, person);
                }
                return json(response, { people: this.people });
            case "timeline":
                return timeline(this, response, url, id, part);
            case "items":
                return itemsOf(this, request, response, url, id, part);
            case "looks":
                this.looks.delete(id ?? "");
                return none(response);
            case "moments":
                return momentsOf(this, request, response, url, id, part, parts.slice(3));
            case "let-go":
            case "bring-back": {
                if (method === "GET")
                    return json(
                        response,
                        pageOf(
                            this,
                            this.things.filter((one) => one.letGo),
                            url,
                        ),
                    );
                const { items } = await bodyOf<{ items: string[] }>(request);
                for (const one of items) thingOf(this, one).letGo = what === "let-go";
                this.moved();
                this.tell("timeline", { revision: String(this.revision) });
                return none(response);
            }
            case "just-kept":
                return justKept(this, request, response, url, id);
            case "quiet":
                if (method === "PATCH") await setQuiet(this, request);
                return json(response, quiet(this));
            case "find": {
                const words = (url.searchParams.get("words") ?? "").toLowerCase();
                const found = this.things.filter((one) => {
                    const cover = coverLine(this, one, null);
                    return (cover ? cover.line : `${one.caption} ${one.name} ${one.date}`)
                        .toLowerCase()
                        .includes(words);
                });
                const moments = this.moments
                    .filter((one) => one.name.toLowerCase().includes(words))
                    .map((one) => momentCard(this, one, null));
                return json(response, { ...pageOf(this, found, url), moments });
            }
            case "shares":
            case "showing": {
                const body = method === "GET" ? {} : await bodyOf<unknown>(request);
                const path = url.pathname.split("/").slice(3);
                const said = this.shares.answer(method, path, body, url.searchParams);
                if (said.status === 404)
                    throw new Answer(404, "not_found", "There is nothing here.");
                if (said.status === 204) return none(response);
                if (said.text === undefined) return json(response, said.json, said.status);
                response.writeHead(200, { "Content-Type": said.type ?? "text/plain" });
                response.end(said.text);
                return;
            }
            case "care":
                return careOf(this, response, url, method, id);
            case "keeps":
                if (method === "POST") {
                    if ((await bodyOf<{ bytes: number }>(request)).bytes > this.room.all)
                        throw new Answer(507, "no_space", "There is no room.", this.room.all);
                    return json(
                        response,
                        { id: randomBytes(8).toString("hex"), largest_bytes: 2 ** 40 },
                        201,
                    );
                }
                return reportOf(this, response, url, id ?? "");
            case "uploads":
                return tus(this, request, response, id);
            case "events":
                response.writeHead(200, {
                    "Content-Type": "text/event-stream",
                    "Cache-Control": "no-store",
                });
                response.write(": here\n\n");
                this.listeners.add(response);
                response.on("close", () => this.listeners.delete(response));
                return;
        }
        throw new Answer(404, "not_found", "There is nothing here.");
    }

    /** What has arrived, by name, with its SHA-256. */
    get arrived(): Map<string, string> {
        const all = new Map<string, string>();
        for (const one of this.uploads.values())
            if (one.state === "kept")
                all.set(
                    one.name,
                    createHash("sha256").update(Buffer.concat(one.bytes)).digest("hex"),
                );
        return all;
    }
}
