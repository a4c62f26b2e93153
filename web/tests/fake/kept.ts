import type { IncomingMessage, ServerResponse } from "node:http";

import { json, bodyOf } from "./answers.ts";
import { thingOf, momentOf, pageOf } from "./covers.ts";
import type { Fake } from "./server.ts";

export async function justKept(
    fake: Fake,
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    part?: string,
): Promise<void> {
    const waiting = fake.things.filter((one) => one.justKept);
    if (part === "place") {
        const { items, moment } = await bodyOf<{ items?: string[]; moment?: string }>(request);
        const placed = items ? items.map((one) => thingOf(fake, one)) : waiting;
        for (const one of placed) one.justKept = false;
        if (moment) momentOf(fake, moment).items.push(...placed.map((one) => one.id));
        fake.moved();
        return json(response, { placed: placed.length });
    }
    const { total, first, items } = pageOf(fake, waiting, url);
    json(response, {
        total,
        first,
        items: items.map((one) => {
            const thing = thingOf(fake, one.id);
            const covered = "covered" in one;
            return {
                id: thing.id,
                kind: thing.kind,
                kept: "2025-03-15T10:00:00Z",
                from: "Joren’s phone",
                ...(covered ? {} : { name: thing.name, v: `v${thing.number}`, ratio: thing.ratio }),
                covered,
            };
        }),
    });
}
