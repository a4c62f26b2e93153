import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

import type { CoverChange } from "../../src/api/types.ts";
import { Answer, json, none, bodyOf } from "./answers.ts";
import { momentCard, thingOf, momentOf, pageOf } from "./covers.ts";
import type { Fake } from "./server.ts";
import type { Said } from "./stories.ts";
import { wholeMoment, type FakeMoment } from "./world.ts";

export async function momentsOf(
    fake: Fake,
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    id?: string,
    part?: string,
    rest: string[] = [],
): Promise<void> {
    const look = url.searchParams.get("look");
    const method = request.method;
    const me = fake.me ?? "";
    const whole = (one: FakeMoment, by: string | null) =>
        wholeMoment(one, momentCard(fake, one, by), fake.people, me);
    if (id === undefined) {
        if (method === "GET")
            return json(response, {
                moments: fake.moments.map((one) => momentCard(fake, one, null)),
            });
        const { name, items } = await bodyOf<{ name?: string; items?: string[] }>(request);
        const made = fake.addMoment(name ?? "", []);
        made.items = items ?? [];
        return json(response, whole(made, null), 201);
    }
    if (id === "order") {
        const { moments } = await bodyOf<{ moments: string[] }>(request);
        fake.moments.sort((a, b) => moments.indexOf(a.id) - moments.indexOf(b.id));
        return none(response);
    }
    const moment = momentOf(fake, id);
    switch (part) {
        case undefined:
            if (method === "PATCH") {
                const change = await bodyOf<{
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
            return json(response, whole(moment, look));
        case "look": {
            const word = randomBytes(12).toString("hex");
            fake.looks.set(word, { kind: "moment", id: moment.id });
            return json(response, { look: word, moment: whole(moment, word) });
        }
        case "cover":
            if (method === "PUT") {
                const { line, more } = await bodyOf<CoverChange>(request);
                moment.cover = line;
                if (more) moment.coverMore = more;
            } else moment.cover = null;
            return none(response);
        case "leave-open":
            if (method === "PUT") moment.leaveOpen.add(me);
            else moment.leaveOpen.delete(me);
            return none(response);
        case "story": {
            if (
                momentCard(fake, moment, look).covered &&
                !(rest[0] === "draft" && method !== "GET")
            )
                throw new Answer(403, "covered", "This is covered.");
            const said = await bodyOf<Said>(request);
            const isDraft = rest[0] === "draft" && method === "PUT";
            const waits = isDraft ? fake.nextDraft : {};
            if (isDraft) fake.nextDraft = {};
            await waits.taken;
            if (fake.refusesStories && rest.length === 0 && method === "PUT")
                throw new Answer(500, "io", "The disk could not write it.");
            if (fake.refusesDrafts && isDraft)
                throw new Answer(500, "io", "The disk could not write it.");
            const [status, body] = fake.stories.answer(moment, rest, method ?? "GET", url, said);
            await waits.answered;
            if (status === 204) return none(response);
            if (method === "PUT" && rest.length === 0) fake.tell("moments");
            return json(response, body, status);
        }
        case "items": {
            if (method === "POST") {
                const { add = [], remove = [] } = await bodyOf<{
                    add?: string[];
                    remove?: string[];
                }>(request);
                moment.items = [
                    ...moment.items.filter((one) => !remove.includes(one)),
                    ...add.filter((one) => !moment.items.includes(one)),
                ];
                return none(response);
            }
            if (momentCard(fake, moment, look).covered)
                throw new Answer(403, "covered", "This is covered.");
            return json(
                response,
                pageOf(
                    fake,
                    moment.items.map((one) => thingOf(fake, one)),
                    url,
                ),
            );
        }
    }
}
