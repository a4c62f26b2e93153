import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

import type {
    Care,
    Check,
    CoverChange,
    Crop,
    KeepReport,
    Person,
    Quiet,
    Session,
    Settings,
    Shown,
} from "../../src/api/types.ts";
import { landscape } from "./landscape.ts";
import { picture } from "./pictures.ts";
import { Stories, type Said } from "./stories.ts";
import { FakeShares } from "./shares.ts";
import {
    card,
    coverOf,
    idOf,
    listed,
    ratioOf,
    makeThing,
    whole,
    wholeMoment,
    type FakeMoment,
    type Thing,
} from "./world.ts";

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

class Answer extends Error {
    readonly status: number;
    readonly code: string;
    constructor(status: number, code: string, message: string) {
        super(message);
        this.status = status;
        this.code = code;
    }
}

interface Arriving {
    upload: string;
    keep: string;
    name: string;
    length: number;
    bytes: Buffer[];
    offset: number;
    state: KeepReport["files"][number]["state"];
    why?: string;
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
    private isChosen = false;
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
    /** pictures to look at, for screenshots, in place of plain ones */
    isScenic = false;
    readonly stories = new Stories(
        (ids, look) =>
            ids.flatMap((id) => this.byId.get(id) ?? []).map((one) => this.shown(one, look)),
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
    private revision = 1;
    private readonly byId = new Map<string, Thing>();
    private readonly pages: string;
    private server: Server | undefined;
    private readonly listeners = new Set<ServerResponse>();
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
            response.end(JSON.stringify({ error: { code: error.code, message: error.message } }));
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

    private json(response: ServerResponse, value: unknown, status = 200): void {
        response.writeHead(status, {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
        });
        response.end(JSON.stringify(value));
    }

    private none(response: ServerResponse): void {
        response.writeHead(204);
        response.end();
    }

    private async body<T>(request: IncomingMessage): Promise<T> {
        const parts: Buffer[] = [];
        for await (const part of request) parts.push(part as Buffer);
        return JSON.parse(Buffer.concat(parts).toString() || "{}") as T;
    }

    private session(): Session {
        return {
            person: this.people.find((one) => one.id === this.me) ?? null,
            archive: this.archiveName,
            locks_after_minutes: 15,
            may_write: true,
        };
    }

    private settingsOf(): Settings {
        const key = this.me ?? "";
        let one = this.settings.get(key);
        if (!one) {
            one = { language: "", theme: "", shortcuts: true, locks_after_minutes: 15, place: "" };
            this.settings.set(key, one);
        }
        return one;
    }

    private quiet(): Quiet {
        const key = this.me ?? "";
        return {
            people: this.people.filter((one) => this.quietPeople.get(key)?.has(one.id)),
            dates: [...(this.quietDates.get(key) ?? [])].sort(),
            moments: this.moments
                .filter((one) => one.quiet.has(key))
                .map(({ id, name }) => ({ id, name })),
        };
    }

    // ---- covers ----

    private coverLine(
        thing: Thing,
        look: string | null,
    ): { line: string; moment?: string } | undefined {
        const me = this.me ?? "";
        const looked = look ? this.looks.get(look) : undefined;
        if (looked?.kind === "item" && looked.id === thing.id) return undefined;
        const own = thing.ownCovers.get(me) ?? thing.cover;
        if (own !== null && !thing.leaveOpen.has(me)) return { line: own };
        const moment = this.moments.find(
            (one) => one.cover !== null && one.items.includes(thing.id) && !one.leaveOpen.has(me),
        );
        if (moment && !(looked?.kind === "moment" && looked.id === moment.id))
            return { line: moment.cover ?? "", moment: moment.id };
        return undefined;
    }

    private shown(thing: Thing, look: string | null): Shown {
        const cover = this.coverLine(thing, look);
        if (!cover) return listed(thing);
        return {
            id: thing.id,
            ratio: thing.ratio,
            covered: {
                ...coverOf(thing, cover.line),
                ...(cover.moment ? { moment: cover.moment } : {}),
            },
        };
    }

    private momentCard(moment: FakeMoment, look: string | null) {
        const me = this.me ?? "";
        const looked = look ? this.looks.get(look) : undefined;
        const isCovered =
            moment.cover !== null && !moment.leaveOpen.has(me) && looked?.id !== moment.id;
        const counts: Record<string, number> = moment.story ? { story: 1 } : {};
        for (const id of moment.items) {
            const kind = this.byId.get(id)!.kind;
            counts[kind] = (counts[kind] ?? 0) + 1;
        }
        const front = moment.front ? this.byId.get(moment.front) : undefined;
        return card(moment, isCovered, me, front && this.shown(front, look), counts);
    }

    private thing(id: string | undefined): Thing {
        const thing = this.byId.get(id ?? "");
        if (!thing) throw new Answer(404, "not_found", "There is no such item.");
        return thing;
    }

    private moment(id: string | undefined): FakeMoment {
        const moment = this.moments.find((one) => one.id === id);
        if (!moment) throw new Answer(404, "not_found", "There is no such moment.");
        return moment;
    }

    private open(thing: Thing, look: string | null): Thing {
        if (this.coverLine(thing, look)) throw new Answer(403, "covered", "This is covered.");
        return thing;
    }

    private page(items: Thing[], url: URL): { total: number; first: number; items: Shown[] } {
        const first = Number(url.searchParams.get("first") ?? 0);
        const count = Number(url.searchParams.get("count") ?? 200);
        const look = url.searchParams.get("look");
        return {
            total: items.length,
            first,
            items: items.slice(first, first + count).map((one) => this.shown(one, look)),
        };
    }

    // ---- answers ----

    private async api(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
        const parts = url.pathname.split("/").slice(3);
        const [what = "", id, part] = parts;
        const method = request.method ?? "GET";
        if (what === "state")
            return this.json(response, {
                state: this.state,
                version: "1",
                may_choose: this.state === "none" || this.isChosen,
                ...(this.state === "none" ? { folder: "/home/ines/Keepsake" } : {}),
            });
        if (this.state === "gone")
            throw new Answer(503, "gone", "The disk with your archive is not there.");
        if (what === "nearby" && (this.state === "none" || this.isChosen)) {
            if (method === "GET")
                return this.json(response, {
                    archives: this.nearby.map((folder) => ({ folder })),
                });
            const { folder } = await this.body<{ folder: string }>(request);
            if (!this.nearby.includes(folder))
                throw new Answer(404, "not_found", "There is no archive any more at this place.");
            this.state = "locked";
            this.isChosen = true;
            this.chosen.push(folder);
            return this.none(response);
        }
        if (what === "archive" && method === "POST") {
            this.state = "open";
            const { name } = await this.body<{ name?: string }>(request);
            this.archiveName = name ?? "";
            const words =
                "able baker cargo dune ember fable glow harbour island jewel kettle lantern".split(
                    " ",
                );
            return this.json(response, { session: this.session(), words }, 201);
        }
        if (what === "session" && method === "POST") {
            const { passphrase } = await this.body<{ passphrase: string }>(request);
            if (passphrase !== this.passphrase)
                throw new Answer(401, "wrong_key", "That does not open it.");
            this.state = "open";
            this.isChosen = false;
            return this.json(response, this.session());
        }
        if (this.state !== "open") throw new Answer(401, "locked", "Locked.");
        switch (what) {
            case "archive":
                this.archiveName = (await this.body<{ name: string }>(request)).name;
                return this.none(response);
            case "session":
                if (method === "DELETE") {
                    this.state = "locked";
                    return this.none(response);
                }
                if (method === "PATCH") {
                    this.me = (await this.body<{ person: string | null }>(request)).person;
                    this.looks.clear();
                }
                return this.json(response, this.session());
            case "settings":
                if (method === "PATCH") Object.assign(this.settingsOf(), await this.body(request));
                return this.json(response, this.settingsOf());
            case "people":
                if (method === "POST")
                    return this.json(
                        response,
                        this.addPerson((await this.body<{ name: string }>(request)).name),
                        201,
                    );
                if (method === "PATCH") {
                    const person = this.people.find((one) => one.id === id)!;
                    person.name = (await this.body<{ name: string }>(request)).name;
                    return this.json(response, person);
                }
                return this.json(response, { people: this.people });
            case "timeline":
                return this.timeline(response, url, id, part);
            case "items":
                return this.items(request, response, url, id, part);
            case "looks":
                this.looks.delete(id ?? "");
                return this.none(response);
            case "moments":
                return this.momentsOf(request, response, url, id, part, parts.slice(3));
            case "let-go":
            case "bring-back": {
                if (method === "GET")
                    return this.json(
                        response,
                        this.page(
                            this.things.filter((one) => one.letGo),
                            url,
                        ),
                    );
                const { items } = await this.body<{ items: string[] }>(request);
                for (const one of items) this.thing(one).letGo = what === "let-go";
                this.moved();
                this.tell("timeline", { revision: String(this.revision) });
                return this.none(response);
            }
            case "just-kept":
                return this.justKept(request, response, url, id);
            case "quiet":
                if (method === "PATCH") await this.setQuiet(request);
                return this.json(response, this.quiet());
            case "find": {
                const words = (url.searchParams.get("words") ?? "").toLowerCase();
                const found = this.things.filter((one) => {
                    const cover = this.coverLine(one, null);
                    return (cover ? cover.line : `${one.caption} ${one.name} ${one.date}`)
                        .toLowerCase()
                        .includes(words);
                });
                const moments = this.moments
                    .filter((one) => one.name.toLowerCase().includes(words))
                    .map((one) => this.momentCard(one, null));
                return this.json(response, { ...this.page(found, url), moments });
            }
            case "shares":
            case "showing": {
                const body = method === "GET" ? {} : await this.body<unknown>(request);
                const path = url.pathname.split("/").slice(3);
                const said = this.shares.answer(method, path, body, url.searchParams);
                if (said.status === 404)
                    throw new Answer(404, "not_found", "There is nothing here.");
                if (said.status === 204) return this.none(response);
                if (said.text === undefined) return this.json(response, said.json, said.status);
                response.writeHead(200, { "Content-Type": said.type ?? "text/plain" });
                response.end(said.text);
                return;
            }
            case "care":
                return this.careOf(response, url, method, id);
            case "keeps":
                if (method === "POST")
                    return this.json(
                        response,
                        { id: randomBytes(8).toString("hex"), largest_bytes: 2 ** 40 },
                        201,
                    );
                return this.report(response, url, id ?? "");
            case "uploads":
                return this.tus(request, response, id);
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

    private get inTime(): Thing[] {
        return this.things.some((one) => one.letGo || one.justKept)
            ? this.things.filter((one) => !one.letGo && !one.justKept)
            : this.things;
    }

    private timeline(response: ServerResponse, url: URL, part?: string, item?: string): void {
        const things = this.inTime;
        const revision = String(this.revision);
        const first = Number(url.searchParams.get("first") ?? 0);
        const count = Number(url.searchParams.get("count") ?? 200);
        if (part === "items")
            return this.json(response, {
                revision,
                first,
                items: things.slice(first, first + count).map((one) => this.shown(one, null)),
            });
        if (part === "number") {
            const number = things.findIndex((one) => one.id === item);
            if (number < 0) throw new Answer(404, "not_found", "There is no such item.");
            return this.json(response, { revision, number });
        }
        if (part === "shapes") {
            const some = things.slice(first, first + count);
            const bytes = Buffer.alloc(some.length * 2);
            some.forEach((one, at) => bytes.writeUInt16LE(ratioOf(one), at * 2));
            response.writeHead(200, {
                "Content-Type": "application/octet-stream",
                "Keepsake-Revision": revision,
            });
            response.end(bytes);
            return;
        }
        let at = 0;
        const sections = this.sections
            .map((one) => {
                const items =
                    things === this.things
                        ? one.items
                        : this.things
                              .slice(one.first, one.first + one.items)
                              .filter((thing) => !thing.letGo && !thing.justKept).length;
                const section = { date: one.date, first: at, items };
                at += items;
                return section;
            })
            .filter((one) => one.items > 0);
        this.json(response, { revision, items: things.length, sections });
    }

    private async items(
        request: IncomingMessage,
        response: ServerResponse,
        url: URL,
        id?: string,
        part?: string,
    ): Promise<void> {
        const look = url.searchParams.get("look");
        const method = request.method;
        if (id === undefined) {
            const ids = (url.searchParams.get("ids") ?? "").split(",");
            return this.json(
                response,
                this.page(
                    ids.flatMap((one) => this.byId.get(one) ?? []),
                    url,
                ),
            );
        }
        const thing = this.thing(id);
        const me = this.me ?? "";
        const moments = this.moments
            .filter((one) => one.items.includes(thing.id))
            .map((one) => one.id);
        switch (part) {
            case undefined:
                if (method === "PATCH") {
                    this.open(thing, look);
                    const change = await this.body<Record<string, never>>(request);
                    this.change(thing, change);
                    this.moved();
                } else if (this.coverLine(thing, look))
                    return this.json(response, this.shown(thing, look));
                return this.json(response, whole(thing, this.people, me, moments));
            case "look": {
                const word = randomBytes(12).toString("hex");
                this.looks.set(word, { kind: "item", id: thing.id });
                return this.json(response, {
                    look: word,
                    item: whole(thing, this.people, me, moments),
                });
            }
            case "cover":
                if (method === "PUT") {
                    const { line, more, own } = await this.body<CoverChange>(request);
                    if (own) thing.ownCovers.set(me, line);
                    else {
                        thing.cover = line;
                        if (more) thing.coverMore = more;
                        thing.coverBy = this.people.find((one) => one.id === me)?.name ?? "";
                    }
                } else if (url.searchParams.get("own")) thing.ownCovers.delete(me);
                else thing.cover = null;
                return this.none(response);
            case "leave-open":
                if (method === "PUT") thing.leaveOpen.add(me);
                else thing.leaveOpen.delete(me);
                return this.none(response);
            case "film": {
                this.open(thing, look);
                const left = thing.copyAfter ?? 0;
                if (left < 0) throw new Answer(501, "unsupported", "It cannot be made.");
                if (left === 0) {
                    response.writeHead(206, { "Content-Type": "video/mp4" }).end();
                    return;
                }
                thing.copyAfter = left - 1;
                return this.json(response, { done: 1 / (left + 1) }, 202);
            }
            case "thumbnail":
            case "preview":
            case "pages":
            case "files": {
                this.open(thing, look);
                const isText = part === "files" && thing.kind === "text";
                const isFile = part === "files" && thing.kind !== "photograph" && !isText;
                if (this.isScenic && !isText && !isFile) {
                    response.writeHead(200, { "Content-Type": "image/svg+xml" });
                    response.end(landscape(thing.number, thing.ratio || 1000));
                    return;
                }
                response.writeHead(200, {
                    "Content-Type": isText
                        ? "text/plain; charset=utf-8"
                        : isFile
                          ? "application/octet-stream"
                          : "image/png",
                    "Cache-Control":
                        thing.cover === null ? "private, max-age=31536000, immutable" : "no-store",
                });
                response.end(
                    isText
                        ? "We had borrowed the boat shed for three weeks."
                        : picture(thing.number, thing.ratio || 1000),
                );
            }
        }
    }

    private change(thing: Thing, change: Record<string, unknown>): void {
        if ("caption" in change) thing.caption = (change.caption as string | null) ?? "";
        if ("people" in change) thing.people = change.people as string[];
        if ("place" in change)
            thing.place = (change.place as { name?: string } | null)?.name ?? null;
        if (change.crop) thing.crop = change.crop as Crop;
        else if ("crop" in change) delete thing.crop;
        if ("rotation" in change) thing.rotation = change.rotation as Thing["rotation"];
        if ("date" in change) {
            const date = change.date as { from: string; about?: boolean; text?: string } | null;
            thing.date = date?.from ?? "";
            thing.about = date?.about ?? false;
            thing.dateText = date?.text ?? "";
        }
    }

    private async momentsOf(
        request: IncomingMessage,
        response: ServerResponse,
        url: URL,
        id?: string,
        part?: string,
        rest: string[] = [],
    ): Promise<void> {
        const look = url.searchParams.get("look");
        const method = request.method;
        const me = this.me ?? "";
        const whole = (one: FakeMoment, by: string | null) =>
            wholeMoment(one, this.momentCard(one, by), this.people, me);
        if (id === undefined) {
            if (method === "GET")
                return this.json(response, {
                    moments: this.moments.map((one) => this.momentCard(one, null)),
                });
            const { name, items } = await this.body<{ name?: string; items?: string[] }>(request);
            const made = this.addMoment(name ?? "", []);
            made.items = items ?? [];
            return this.json(response, whole(made, null), 201);
        }
        if (id === "order") {
            const { moments } = await this.body<{ moments: string[] }>(request);
            this.moments.sort((a, b) => moments.indexOf(a.id) - moments.indexOf(b.id));
            return this.none(response);
        }
        const moment = this.moment(id);
        switch (part) {
            case undefined:
                if (method === "PATCH") {
                    const change = await this.body<{
                        name?: string | null;
                        front?: string | null;
                        people?: string[];
                        date?: { text?: string } | null;
                    }>(request);
                    if ("name" in change) moment.name = change.name ?? "";
                    if ("front" in change) moment.front = change.front ?? null;
                    if (change.people) moment.people = change.people;
                    if ("date" in change) moment.dateText = change.date?.text ?? "";
                }
                return this.json(response, whole(moment, look));
            case "look": {
                const word = randomBytes(12).toString("hex");
                this.looks.set(word, { kind: "moment", id: moment.id });
                return this.json(response, { look: word, moment: whole(moment, word) });
            }
            case "cover":
                if (method === "PUT") {
                    const { line, more } = await this.body<CoverChange>(request);
                    moment.cover = line;
                    if (more) moment.coverMore = more;
                } else moment.cover = null;
                return this.none(response);
            case "leave-open":
                if (method === "PUT") moment.leaveOpen.add(me);
                else moment.leaveOpen.delete(me);
                return this.none(response);
            case "story": {
                if (
                    this.momentCard(moment, look).covered &&
                    !(rest[0] === "draft" && method !== "GET")
                )
                    throw new Answer(403, "covered", "This is covered.");
                const said = await this.body<Said>(request);
                const isDraft = rest[0] === "draft" && method === "PUT";
                const waits = isDraft ? this.nextDraft : {};
                if (isDraft) this.nextDraft = {};
                await waits.taken;
                if (this.refusesStories && rest.length === 0 && method === "PUT")
                    throw new Answer(500, "io", "The disk could not write it.");
                if (this.refusesDrafts && isDraft)
                    throw new Answer(500, "io", "The disk could not write it.");
                const [status, body] = this.stories.answer(
                    moment,
                    rest,
                    method ?? "GET",
                    url,
                    said,
                );
                await waits.answered;
                if (status === 204) return this.none(response);
                if (method === "PUT" && rest.length === 0) this.tell("moments");
                return this.json(response, body, status);
            }
            case "items": {
                if (method === "POST") {
                    const { add = [], remove = [] } = await this.body<{
                        add?: string[];
                        remove?: string[];
                    }>(request);
                    moment.items = [
                        ...moment.items.filter((one) => !remove.includes(one)),
                        ...add.filter((one) => !moment.items.includes(one)),
                    ];
                    return this.none(response);
                }
                if (this.momentCard(moment, look).covered)
                    throw new Answer(403, "covered", "This is covered.");
                return this.json(
                    response,
                    this.page(
                        moment.items.map((one) => this.thing(one)),
                        url,
                    ),
                );
            }
        }
    }

    private async justKept(
        request: IncomingMessage,
        response: ServerResponse,
        url: URL,
        part?: string,
    ): Promise<void> {
        const waiting = this.things.filter((one) => one.justKept);
        if (part === "place") {
            const { items, moment } = await this.body<{ items?: string[]; moment?: string }>(
                request,
            );
            const placed = items ? items.map((one) => this.thing(one)) : waiting;
            for (const one of placed) one.justKept = false;
            if (moment) this.moment(moment).items.push(...placed.map((one) => one.id));
            this.moved();
            return this.json(response, { placed: placed.length });
        }
        const { total, first, items } = this.page(waiting, url);
        this.json(response, {
            total,
            first,
            items: items.map((one) => {
                const thing = this.thing(one.id);
                const covered = "covered" in one;
                return {
                    id: thing.id,
                    kind: thing.kind,
                    kept: "2025-03-15T10:00:00Z",
                    from: "Joren’s phone",
                    ...(covered
                        ? {}
                        : { name: thing.name, v: `v${thing.number}`, ratio: thing.ratio }),
                    covered,
                };
            }),
        });
    }

    private async setQuiet(request: IncomingMessage): Promise<void> {
        const {
            quiet,
            people = [],
            dates = [],
            moments = [],
        } = await this.body<{
            quiet: boolean;
            people?: string[];
            dates?: string[];
            moments?: string[];
        }>(request);
        const key = this.me ?? "";
        const turn = (set: Set<string>, values: string[]) =>
            values.forEach((one) => (quiet ? set.add(one) : set.delete(one)));
        const of = (map: Map<string, Set<string>>) =>
            map.get(key) ?? map.set(key, new Set()).get(key)!;
        turn(of(this.quietPeople), people);
        turn(of(this.quietDates), dates);
        for (const id of moments) turn(this.moment(id).quiet, [key]);
    }

    private careOf(response: ServerResponse, url: URL, method: string, part?: string): void {
        if (part === "damaged")
            return this.json(response, {
                ...this.page(
                    this.things.filter((one) => this.damaged.has(one.id)),
                    url,
                ),
                originals: this.damaged.size,
            });
        if (part === "check" || part === "restore-test") {
            if (method === "POST")
                this.check = {
                    ...this.check,
                    state: "running",
                    what: part === "check" ? "check" : "restore",
                    files_total: 100,
                    bytes_total: 412e9,
                    bytes_done: 100e9,
                    files_done: 25,
                };
            if (method === "DELETE") {
                this.check = { ...this.check, state: "stopped" };
                return this.none(response);
            }
            return this.json(response, this.check, method === "POST" ? 202 : 200);
        }
        const care: Care = {
            originals: this.things.length,
            bytes: this.things.length * 2_400_000,
            copies: [],
            unprotected: 0,
            damaged: 0,
            missing: 0,
            other_places: 0,
            other_folders: 0,
            checked: "2025-05-12T08:00:00Z",
            other_seen: null,
            let_go: 0,
            just_kept: 0,
            ...this.care,
        };
        this.json(response, care);
    }

    private report(response: ServerResponse, url: URL, keep: string): void {
        const files = [...this.uploads.values()].filter((one) => one.keep === keep);
        const first = Number(url.searchParams.get("first") ?? 0);
        const some = files.slice(first, first + Number(url.searchParams.get("count") ?? 1000));
        const count = (state: string) => files.filter((one) => one.state === state).length;
        const report: KeepReport = {
            id: keep,
            arriving: count("arriving"),
            waiting: count("waiting"),
            kept: count("kept"),
            already: count("already"),
            failed: count("failed"),
            bytes: 0,
            files: some.map((one) => ({
                upload: one.upload,
                name: one.name,
                state: one.state,
                bytes: one.length,
                offset: one.offset,
                ...(one.why ? { why: one.why } : {}),
            })),
        };
        this.json(response, report);
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

    private async tus(
        request: IncomingMessage,
        response: ServerResponse,
        id?: string,
    ): Promise<void> {
        response.setHeader("Tus-Resumable", "1.0.0");
        if (request.method === "POST") {
            const metadata = new Map(
                String(request.headers["upload-metadata"] ?? "")
                    .split(",")
                    .map((pair) => pair.trim().split(" "))
                    .map(([key = "", value = ""]) => [
                        key,
                        Buffer.from(value, "base64").toString(),
                    ]),
            );
            const upload: Arriving = {
                upload: randomBytes(16).toString("hex"),
                keep: metadata.get("keep") ?? "",
                name: metadata.get("relativePath") ?? "",
                length: Number(request.headers["upload-length"]),
                bytes: [],
                offset: 0,
                state: "arriving",
            };
            this.uploads.set(upload.upload, upload);
            if (upload.length === 0) this.finish(upload);
            response.writeHead(201, { Location: `/api/v1/uploads/${upload.upload}` });
            response.end();
            return;
        }
        const upload = this.uploads.get(id ?? "");
        if (!upload) throw new Answer(404, "not_found", "There is no such upload.");
        if (request.method === "HEAD") {
            response.writeHead(200, {
                "Upload-Offset": upload.offset,
                "Upload-Length": upload.length,
                "Cache-Control": "no-store",
            });
            response.end();
            return;
        }
        if (request.method === "DELETE") {
            this.uploads.delete(upload.upload);
            return this.none(response);
        }
        if (Number(request.headers["upload-offset"]) !== upload.offset)
            throw new Answer(409, "conflict", "Not from there.");
        let since = 0;
        try {
            for await (const part of request) {
                const bytes = part as Buffer;
                upload.bytes.push(bytes);
                upload.offset += bytes.length;
                since += bytes.length;
                if (this.cuts.times > 0 && since >= this.cuts.after) {
                    this.cuts.times -= 1;
                    request.socket.destroy();
                    return;
                }
            }
        } catch {
            return;
        }
        if (upload.offset === upload.length) this.finish(upload);
        response.writeHead(204, { "Upload-Offset": upload.offset });
        response.end();
    }

    private finish(upload: Arriving): void {
        const isBad = this.failing.has(upload.name);
        upload.state = isBad ? "failed" : "kept";
        if (isBad) upload.why = "The disk could not write it.";
        this.tell("keep", { keep: upload.keep });
    }
}
