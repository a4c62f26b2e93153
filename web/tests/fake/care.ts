import type { ServerResponse } from "node:http";

import type { Care } from "../../src/api/types.ts";
import { json, none } from "./answers.ts";
import { pageOf } from "./covers.ts";
import type { Fake } from "./server.ts";

export function careOf(
    fake: Fake,
    response: ServerResponse,
    url: URL,
    method: string,
    part?: string,
): void {
    if (part === "damaged")
        return json(response, {
            ...pageOf(
                fake,
                fake.things.filter((one) => fake.damaged.has(one.id)),
                url,
            ),
            originals: fake.damaged.size,
        });
    if (part === "check" || part === "restore-test") {
        if (method === "POST")
            fake.check = {
                ...fake.check,
                state: "running",
                what: part === "check" ? "check" : "restore",
                files_total: 100,
                bytes_total: 412e9,
                bytes_done: 100e9,
                files_done: 25,
            };
        if (method === "DELETE") {
            fake.check = { ...fake.check, state: "stopped" };
            return none(response);
        }
        return json(response, fake.check, method === "POST" ? 202 : 200);
    }
    const care: Care = {
        originals: fake.things.length,
        bytes: fake.things.length * 2_400_000,
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
        ...fake.care,
    };
    json(response, care);
}
