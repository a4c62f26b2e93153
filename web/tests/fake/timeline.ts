import type { ServerResponse } from "node:http";

import { Answer, json } from "./answers.ts";
import { shown } from "./covers.ts";
import type { Fake } from "./server.ts";
import { ratioOf, type Thing } from "./world.ts";

export function inTime(fake: Fake): Thing[] {
    return fake.things.some((one) => one.letGo || one.justKept)
        ? fake.things.filter((one) => !one.letGo && !one.justKept)
        : fake.things;
}

export function timeline(
    fake: Fake,
    response: ServerResponse,
    url: URL,
    part?: string,
    item?: string,
): void {
    const things = inTime(fake);
    const revision = String(fake.revision);
    const first = Number(url.searchParams.get("first") ?? 0);
    const count = Number(url.searchParams.get("count") ?? 200);
    if (part === "items")
        return json(response, {
            revision,
            first,
            items: things.slice(first, first + count).map((one) => shown(fake, one, null)),
        });
    if (part === "number") {
        const number = things.findIndex((one) => one.id === item);
        if (number < 0) throw new Answer(404, "not_found", "There is no such item.");
        return json(response, { revision, number });
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
    const sections = fake.sections
        .map((one) => {
            const items =
                things === fake.things
                    ? one.items
                    : fake.things
                          .slice(one.first, one.first + one.items)
                          .filter((thing) => !thing.letGo && !thing.justKept).length;
            const section = { date: one.date, first: at, items };
            at += items;
            return section;
        })
        .filter((one) => one.items > 0);
    json(response, { revision, items: things.length, sections });
}
