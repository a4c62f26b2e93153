import { randomBytes } from "node:crypto";

import type { CoverWords, Outline, Share, Showing, What, Wish } from "../../src/api/shares.ts";
import { itemsOf } from "../../src/lib/story/blocks.ts";
import { parseStory } from "../../src/lib/story/parse.ts";
import type { Fake } from "./server.ts";
import { idOf } from "./world.ts";

/** An answer as the server gives it: a status, and what stands in it. */
export interface Said {
    status: number;
    json?: unknown;
    /** in place of JSON */
    text?: string;
    type?: string;
}

const kKey = "AGE-SECRET-KEY-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQS4L4V5P";

/** What is shown to others, from memory. Making takes as long as a test wants. */
export class FakeShares {
    all: Share[] = [];
    ways: Outline["ways"] = {
        guests: "https://family.example:8421/",
        folder: true,
        folder_at: "https://family.example/s",
    };
    /** what POST /showing was given, the last one last */
    wishes: (What & Wish)[] = [];
    /** answers to ending, and to another date, where something is left */
    remains: Share["where"] = [];
    /** made at once; else it stays at one of three until finish() */
    isQuick = true;
    showings = new Map<string, Showing>();
    /** shares of picked things, and the moment that holds them */
    partOf = new Map<string, string>();
    private readonly fake: Fake;

    constructor(fake: Fake) {
        this.fake = fake;
    }

    add(one: Partial<Share>): Share {
        const share: Share = {
            id: idOf(this.all.length, 7),
            to: "Ana",
            from: "Ines",
            what: "items",
            moment: null,
            name: "",
            items: 3,
            made: "2025-04-02",
            until: null,
            passphrase: false,
            hint: null,
            originals: false,
            places: false,
            where: [
                { as: "guests", device: null, path: "", at: "https://family.example:8421/ab12/" },
            ],
            ...one,
        };
        this.all.unshift(share);
        return share;
    }

    finish(id: string, change: Partial<Showing> = {}): void {
        const before = this.showings.get(id);
        if (before?.state !== "making") return;
        const wish = this.wishes.at(-1)!;
        const made: Showing = {
            ...before,
            state: "made",
            files_done: 3,
            items: 3,
            bytes: 900_000,
            link:
                wish.way === "look"
                    ? kKey
                    : wish.way === "download"
                      ? `shown-3f2a9c1e.html#${kKey}`
                      : `https://family.example:8421/${id}/#${kKey}`,
            file: wish.way === "download" ? "shown-3f2a9c1e.html" : null,
            share: wish.way === "look" ? null : idOf(this.all.length, 7),
            ...change,
        };
        this.showings.set(id, made);
        if (made.state === "made" && wish.way !== "look") {
            const moment =
                "moment" in wish
                    ? this.fake.moments.find((one) => one.id === wish.moment)
                    : undefined;
            this.add({
                to: wish.to,
                until: wish.until ?? null,
                what: moment ? ("story" in wish && wish.story ? "story" : "moment") : "items",
                moment: moment?.id ?? null,
                name: moment?.name ?? "",
                items: "items" in wish ? wish.items.length : 0,
                passphrase: wish.passphrase !== undefined,
            });
            this.fake.tell("shares");
        }
        this.tell(made);
    }

    private tell(showing: Showing): void {
        const { link, ...rest } = showing;
        void link;
        this.fake.tell("showing", rest);
    }

    private outline(what: What): Outline {
        const moment =
            "moment" in what ? this.fake.moments.find((one) => one.id === what.moment) : undefined;
        const isStoryAlone = "story" in what && what.story === true;
        const ids =
            moment && isStoryAlone
                ? itemsOf(parseStory(moment.story))
                : moment
                  ? moment.items
                  : "items" in what
                    ? what.items
                    : [];
        const things = ids.flatMap((id) => this.fake.things.filter((one) => one.id === id));
        const counts: Record<string, number> = {};
        if (moment?.story) counts["story"] = 1;
        for (const one of things) counts[one.kind] = (counts[one.kind] ?? 0) + 1;
        const lines = new Map<string, CoverWords>();
        for (const one of things) {
            if (one.cover === null) continue;
            const known = lines.get(one.cover) ?? {
                line: one.cover,
                more: "",
                by: one.coverBy,
                count: 0,
            };
            lines.set(one.cover, { ...known, count: (known.count ?? 0) + 1 });
        }
        return {
            name: moment?.name ?? "",
            from: "Ines",
            counts,
            cover:
                moment?.cover == null
                    ? null
                    : { line: moment.cover, more: moment.coverMore ?? "", by: moment.coverBy },
            covered: [...lines.values()],
            ways: this.ways,
        };
    }

    private begin(wish: What & Wish): Said {
        if ([...this.showings.values()].some((one) => one.state === "making"))
            return {
                status: 409,
                json: { error: { code: "exists", message: "Something is being made." } },
            };
        this.wishes.push(wish);
        const id = randomBytes(16).toString("hex");
        const showing: Showing = {
            id,
            state: "making",
            way: wish.way,
            files_done: 1,
            files_total: 3,
            bytes_done: 100_000,
            share: null,
            link: null,
            items: 0,
            bytes: 0,
            missing: 0,
            left_out: 0,
            unplayable: 0,
            file: null,
            message: "",
        };
        this.showings.set(id, showing);
        if (this.isQuick) setTimeout(() => this.finish(id), 20);
        return { status: 202, json: showing };
    }

    private ofShowing(method: string, id: string, part: string | undefined): Said {
        const showing = this.showings.get(id);
        if (method === "DELETE") {
            // What is under way ends a little later.
            if (showing?.state === "making")
                setTimeout(() => {
                    if (this.showings.get(id)?.state !== "making") return;
                    const stopped: Showing = { ...showing, state: "stopped" };
                    this.showings.set(id, stopped);
                    this.tell(stopped);
                }, 50);
            else this.showings.delete(id);
            return { status: 204 };
        }
        if (!showing) return { status: 404 };
        if (part === "page")
            return { status: 200, text: "<h1>As they will see it</h1>", type: "text/html" };
        if (part === "file") return { status: 200, text: "<!doctype html>", type: "text/html" };
        return { status: 200, json: showing };
    }

    /** Answers what begins with shares or showing. */
    answer(method: string, path: string[], body: unknown, query: URLSearchParams): Said {
        const [what, id, part] = path;
        if (what === "showing") {
            if (id === "outline") return { status: 200, json: this.outline(body as What) };
            if (!id) return this.begin(body as What & Wish);
            return this.ofShowing(method, id, part);
        }
        const share = this.all.find((one) => one.id === id);
        if (!id) {
            const moment = query.get("moment");
            const some = this.all.filter(
                (one) => !moment || one.moment === moment || this.partOf.get(one.id) === moment,
            );
            return { status: 200, json: { total: some.length, first: 0, shares: some } };
        }
        if (!share) return { status: 404 };
        const remains = this.remains.map((one) => ({ ...one, failed: one.device === null }));
        if (part === "end") {
            this.all = this.all.filter((one) => one !== share);
            return { status: 200, json: { removed: 1, remains } };
        }
        if (method === "PATCH") {
            share.until = (body as { until: string | null }).until;
            return { status: 200, json: { share, remains } };
        }
        const links = share.where.map((one) => `${one.at ?? "shown-3f2a9c1e.html"}#${kKey}`);
        return { status: 200, json: { ...share, links } };
    }
}
