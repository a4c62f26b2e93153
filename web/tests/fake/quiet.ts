import type { IncomingMessage } from "node:http";

import type { Quiet } from "../../src/api/types.ts";
import { bodyOf } from "./answers.ts";
import { momentOf } from "./covers.ts";
import type { Fake } from "./server.ts";

export function quiet(fake: Fake): Quiet {
    const key = fake.me ?? "";
    return {
        people: fake.people.filter((one) => fake.quietPeople.get(key)?.has(one.id)),
        dates: [...(fake.quietDates.get(key) ?? [])].sort(),
        moments: fake.moments
            .filter((one) => one.quiet.has(key))
            .map(({ id, name }) => ({ id, name })),
    };
}

export async function setQuiet(fake: Fake, request: IncomingMessage): Promise<void> {
    const {
        quiet,
        people = [],
        dates = [],
        moments = [],
    } = await bodyOf<{
        quiet: boolean;
        people?: string[];
        dates?: string[];
        moments?: string[];
    }>(request);
    const key = fake.me ?? "";
    const turn = (set: Set<string>, values: string[]) =>
        values.forEach((one) => (quiet ? set.add(one) : set.delete(one)));
    const of = (map: Map<string, Set<string>>) => map.get(key) ?? map.set(key, new Set()).get(key)!;
    turn(of(fake.quietPeople), people);
    turn(of(fake.quietDates), dates);
    for (const id of moments) turn(momentOf(fake, id).quiet, [key]);
}
