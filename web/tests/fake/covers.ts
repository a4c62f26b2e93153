import type { Shown } from "../../src/api/types.ts";
import { Answer } from "./answers.ts";
import type { Fake } from "./server.ts";
import { card, coverOf, listed, type FakeMoment, type Thing } from "./world.ts";

export function coverLine(
    fake: Fake,
    thing: Thing,
    look: string | null,
): { line: string; moment?: string } | undefined {
    const me = fake.me ?? "";
    const looked = look ? fake.looks.get(look) : undefined;
    if (looked?.kind === "item" && looked.id === thing.id) return undefined;
    const own = thing.ownCovers.get(me) ?? thing.cover;
    if (own !== null && !thing.leaveOpen.has(me)) return { line: own };
    const moment = fake.moments.find(
        (one) => one.cover !== null && one.items.includes(thing.id) && !one.leaveOpen.has(me),
    );
    if (moment && !(looked?.kind === "moment" && looked.id === moment.id))
        return { line: moment.cover ?? "", moment: moment.id };
    return undefined;
}

export function shown(fake: Fake, thing: Thing, look: string | null): Shown {
    const cover = coverLine(fake, thing, look);
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

export function momentCard(fake: Fake, moment: FakeMoment, look: string | null) {
    const me = fake.me ?? "";
    const looked = look ? fake.looks.get(look) : undefined;
    const isCovered =
        moment.cover !== null && !moment.leaveOpen.has(me) && looked?.id !== moment.id;
    const counts: Record<string, number> = moment.story ? { story: 1 } : {};
    for (const id of moment.items) {
        const kind = fake.byId.get(id)!.kind;
        counts[kind] = (counts[kind] ?? 0) + 1;
    }
    const front = moment.front ? fake.byId.get(moment.front) : undefined;
    return card(moment, isCovered, me, front && shown(fake, front, look), counts);
}

export function thingOf(fake: Fake, id: string | undefined): Thing {
    const thing = fake.byId.get(id ?? "");
    if (!thing) throw new Answer(404, "not_found", "There is no such item.");
    return thing;
}

export function momentOf(fake: Fake, id: string | undefined): FakeMoment {
    const moment = fake.moments.find((one) => one.id === id);
    if (!moment) throw new Answer(404, "not_found", "There is no such moment.");
    return moment;
}

export function opened(fake: Fake, thing: Thing, look: string | null): Thing {
    if (coverLine(fake, thing, look)) throw new Answer(403, "covered", "This is covered.");
    return thing;
}

export function pageOf(
    fake: Fake,
    items: Thing[],
    url: URL,
): { total: number; first: number; items: Shown[] } {
    const first = Number(url.searchParams.get("first") ?? 0);
    const count = Number(url.searchParams.get("count") ?? 200);
    const look = url.searchParams.get("look");
    return {
        total: items.length,
        first,
        items: items.slice(first, first + count).map((one) => shown(fake, one, look)),
    };
}
