import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

import type { CoverChange, Crop } from "../../src/api/types.ts";
import { Answer, json, none, bodyOf } from "./answers.ts";
import { coverLine, shown, thingOf, opened, pageOf } from "./covers.ts";
import { landscape } from "./landscape.ts";
import { picture } from "./pictures.ts";
import type { Fake } from "./server.ts";
import { whole, type Thing } from "./world.ts";

export async function itemsOf(
    fake: Fake,
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
        return json(
            response,
            pageOf(
                fake,
                ids.flatMap((one) => fake.byId.get(one) ?? []),
                url,
            ),
        );
    }
    const thing = thingOf(fake, id);
    const me = fake.me ?? "";
    const moments = fake.moments.filter((one) => one.items.includes(thing.id)).map((one) => one.id);
    switch (part) {
        case undefined:
            if (method === "PATCH") {
                opened(fake, thing, look);
                const change = await bodyOf<Record<string, never>>(request);
                applyChange(thing, change);
                fake.moved();
            } else if (coverLine(fake, thing, look))
                return json(response, shown(fake, thing, look));
            return json(response, whole(thing, fake.people, me, moments));
        case "look": {
            const word = randomBytes(12).toString("hex");
            fake.looks.set(word, { kind: "item", id: thing.id });
            return json(response, {
                look: word,
                item: whole(thing, fake.people, me, moments),
            });
        }
        case "cover":
            if (method === "PUT") {
                const { line, more, own } = await bodyOf<CoverChange>(request);
                if (own) thing.ownCovers.set(me, line);
                else {
                    thing.cover = line;
                    if (more) thing.coverMore = more;
                    thing.coverBy = fake.people.find((one) => one.id === me)?.name ?? "";
                }
            } else if (url.searchParams.get("own")) thing.ownCovers.delete(me);
            else thing.cover = null;
            return none(response);
        case "leave-open":
            if (method === "PUT") thing.leaveOpen.add(me);
            else thing.leaveOpen.delete(me);
            return none(response);
        case "film": {
            opened(fake, thing, look);
            const left = thing.copyAfter ?? 0;
            if (left < 0) throw new Answer(501, "unsupported", "It cannot be made.");
            if (left === 0) {
                response.writeHead(206, { "Content-Type": "video/mp4" }).end();
                return;
            }
            thing.copyAfter = left - 1;
            return json(response, { done: 1 / (left + 1) }, 202);
        }
        case "thumbnail":
        case "preview":
        case "pages":
        case "files": {
            opened(fake, thing, look);
            const isText = part === "files" && thing.kind === "text";
            const isFile = part === "files" && thing.kind !== "photograph" && !isText;
            if (fake.isScenic && !isText && !isFile) {
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

function applyChange(thing: Thing, change: Record<string, unknown>): void {
    if ("caption" in change) thing.caption = (change.caption as string | null) ?? "";
    if ("people" in change) thing.people = change.people as string[];
    if ("place" in change) thing.place = (change.place as { name?: string } | null)?.name ?? null;
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
