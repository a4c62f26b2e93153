import { createHash } from "node:crypto";

import type { Draft, Shown, Story, StoryVersion } from "../../src/api/types.ts";
import { itemsOf } from "../../src/lib/story/blocks.ts";
import { parseStory } from "../../src/lib/story/parse.ts";
import type { FakeMoment } from "./world.ts";

export interface Said {
    text: string;
    follows?: string[];
    person?: string | null;
    marks?: string[];
    ends_draft?: string;
}

interface Told {
    versions: StoryVersion[];
    drafts: Map<string, Draft>;
}

/** What `answer` gives: a status, and what it says. */
export type Said200 = [status: number, body?: unknown];

/** Stories of the fake archive: versions, and drafts of each person. */
export class Stories {
    private readonly of = new Map<string, Told>();
    private count = 0;
    /** Gives what of these items whoever is here may know. */
    private readonly show: (ids: string[], look: string | null) => Shown[];
    private readonly who: () => StoryVersion["person"];

    constructor(
        show: (ids: string[], look: string | null) => Shown[],
        who: () => StoryVersion["person"],
    ) {
        this.show = show;
        this.who = who;
    }

    told(moment: FakeMoment): Told {
        let told = this.of.get(moment.id);
        if (!told) {
            told = { versions: [], drafts: new Map() };
            this.of.set(moment.id, told);
            if (moment.story) this.write(moment, { text: moment.story, follows: [] });
        }
        return told;
    }

    /** Its story is that of the moment alone, with nothing before it. */
    begin(moment: FakeMoment): void {
        this.of.delete(moment.id);
    }

    /** A version as a device would write it. */
    write(moment: FakeMoment, said: Said, device = "Kitchen", who = this.who()): StoryVersion {
        const told = this.told(moment);
        this.count += 1;
        const date = new Date(Date.UTC(2025, 4, 12, 8, this.count));
        const version: StoryVersion = {
            version: `${date.toISOString()}-0000_${String(this.count).padStart(32, "0")}`,
            date: date.toISOString().replace(".000", ""),
            device,
            person: who,
            stands: true,
            text: said.text,
        };
        for (const one of told.versions)
            if (said.follows?.includes(one.version)) one.stands = false;
        told.versions.push(version);
        moment.story = this.standing(moment).at(-1)?.text ?? "";
        return version;
    }

    standing(moment: FakeMoment): StoryVersion[] {
        return this.told(moment).versions.filter((one) => one.stands);
    }

    draft(moment: FakeMoment, person: string | null): Draft | undefined {
        return this.told(moment).drafts.get(person ?? "");
    }

    private items(texts: string[], look: string | null): Shown[] {
        return this.show([...new Set(texts.flatMap((text) => itemsOf(parseStory(text))))], look);
    }

    story(moment: FakeMoment, look: string | null): Story {
        const standing = this.standing(moment);
        return {
            versions: this.told(moment).versions.length,
            standing,
            items: this.items(
                standing.map((one) => one.text ?? ""),
                look,
            ),
        };
    }

    private drafts(moment: FakeMoment, method: string, url: URL, said: Said): Said200 {
        const { drafts } = this.told(moment);
        const me = this.who()?.id ?? "";
        const now = drafts.get(me);
        if (method === "PUT") {
            const draft: Draft = {
                text: said.text,
                follows: said.follows ?? [],
                saved: "2025-05-12T08:00:00Z",
                mark: createHash("sha256")
                    .update([...(said.follows ?? []), "", said.text].join("\n"))
                    .digest("hex")
                    .slice(0, 16),
            };
            if (now && now.mark !== draft.mark && !said.marks?.includes(now.mark))
                return [409, { error: { code: "conflict", message: "Another window." } }];
            drafts.set(me, draft);
            return [200, { mark: draft.mark, saved: draft.saved }];
        }
        if (method === "DELETE") {
            if (now && now.mark !== url.searchParams.get("mark"))
                return [409, { error: { code: "conflict", message: "Another window." } }];
            drafts.delete(me);
            return [204];
        }
        const look = url.searchParams.get("look");
        return [200, { draft: now ?? null, items: this.items(now ? [now.text] : [], look) }];
    }

    answer(moment: FakeMoment, parts: string[], method: string, url: URL, said: Said): Said200 {
        const [what, name] = parts;
        const told = this.told(moment);
        const me = this.who()?.id ?? null;
        if (said.person !== undefined && said.person !== me)
            return [409, { error: { code: "somebody_else", message: "Somebody else." } }];
        if (what === "draft") return this.drafts(moment, method, url, said);
        const bare = ({ text, ...rest }: StoryVersion) => (void text, rest);
        if (what === "versions" && name) {
            const found = told.versions.find((one) => one.version === name);
            return found ? [200, found] : [404];
        }
        if (what === "versions") {
            const first = Number(url.searchParams.get("first") ?? 0);
            const versions = told.versions
                .map(bare)
                .reverse()
                .slice(first, first + 100);
            return [200, { total: told.versions.length, first, versions }];
        }
        if (method === "PUT") {
            this.write(moment, said);
            if (told.drafts.get(me ?? "")?.mark === said.ends_draft) told.drafts.delete(me ?? "");
        }
        return [200, this.story(moment, url.searchParams.get("look"))];
    }
}
