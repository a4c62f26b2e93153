import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import type { Browser, Page } from "playwright-core";

import type { Draft, Person, Story } from "../../src/api/types.ts";
import { markOf } from "../../src/lib/story/mark.ts";
import { desk, launch, skip } from "../browser.ts";
import { picture } from "../fake/pictures.ts";
import { done } from "../story.ts";
import { ended, Session, serving, skipWithout } from "./serving.ts";

const kPassphrase = "a boat shed for three weeks";

/** Two photographs in a moment, the second covered; Ines and Joren. */
async function prepare(session: Session) {
    await session.ask("POST", "/archive", { passphrase: kPassphrase, recovery: false });
    const items = await session.keep(
        [0, 1].map((at) => ({ name: `secret_2016070${at + 1}.png`, bytes: picture(at, 1500) })),
    );
    const [ines, joren] = await Promise.all(
        ["Ines", "Joren"].map((name) => session.ask<Person>("POST", "/people", { name })),
    );
    await session.ask("POST", "/just-kept/place", {});
    const { id } = await session.ask<{ id: string }>("POST", "/moments", { name: "Urke", items });
    await session.ask("PUT", `/items/${items[1]}/cover`, { line: "His hands." });
    return { items, moment: id, ines: ines!, joren: joren! };
}

async function enter(browser: Browser, address: string, who: string): Promise<Page> {
    const page = await (await browser.newContext({ ...desk, reducedMotion: "reduce" })).newPage();
    await page.goto(address);
    await page.getByLabel("Your passphrase").fill(kPassphrase);
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByRole("link", { name: "Timeline" }).waitFor();
    await page.goto(`${address}/#/who`);
    await page.locator(".choose").getByRole("button", { name: who, exact: true }).click();
    await page.locator(".wall").waitFor();
    return page;
}

async function unlocked(address: string, who: Person): Promise<Session> {
    const session = new Session(address);
    await session.ask("POST", "/session", { passphrase: kPassphrase });
    await session.ask("PATCH", "/session", { person: who.id });
    return session;
}

test(
    "a story with the program itself: a draft outlives it, covers hold, and two versions are joined",
    { skip: skip || skipWithout, timeout: 240_000 },
    async () => {
        const folder = mkdtempSync(join(tmpdir(), "keepsake-story-"));
        let server = await serving(folder);
        const browser = await launch();
        try {
            const { items, moment, ines, joren } = await prepare(new Session(server.address));
            const path = `/moments/${moment}/story`;
            let page = await enter(browser, server.address, "Ines");
            await page.goto(`${server.address}/#/story/${moment}`);
            await page.locator(".writing .text").first().waitFor();
            await page.keyboard.type("We had borrowed the boat shed.");
            await page.getByRole("button", { name: /^Covered: His hands/u }).click();
            await page.getByText("Draft. Only you.").waitFor();
            const text = `We had borrowed the boat shed.\n\n![](item:${items[1]})\n`;
            const hers = await unlocked(server.address, ines);
            for (;;) {
                const { draft } = await hers.ask<{ draft: Draft | null }>("GET", `${path}/draft`);
                if (draft?.text === text) {
                    assert.equal(draft.mark, markOf(text, draft.follows));
                    break;
                }
                await page.waitForTimeout(100);
            }

            await ended(server.child);
            server = await serving(folder);
            page = await enter(browser, server.address, "Joren");
            await page.goto(`${server.address}/#/story/${moment}`);
            await page.locator(".writing .text").first().waitFor();
            assert.equal(await page.locator(".writing").innerText(), "", "a draft is its writer's");

            page = await enter(browser, server.address, "Ines");
            const bodies: string[] = [];
            page.on("response", async (response) => {
                if (/\/api\//u.test(response.url()) && !/events/u.test(response.url()))
                    bodies.push(await response.text().catch(() => ""));
            });
            await page.goto(`${server.address}/#/story/${moment}`);
            await page.getByText("We had borrowed the boat shed.").waitFor();
            await page.locator(".writing .cov").waitFor();
            await done(page);
            await page.locator("article.story .cov").waitFor();
            await page.waitForTimeout(300);
            assert.ok(!bodies.some((body) => body.includes("secret_20160702")), "rule 2");
            assert.ok(!(await page.content()).includes("secret_20160702"), "rule 3");
            await page.locator("article.story").getByRole("button", { name: "Look" }).click();
            await page.locator("article.story .place img").waitFor();

            const his = await unlocked(server.address, joren);
            const { standing } = await his.ask<Story>("GET", path);
            assert.equal(standing[0]!.text, text);
            assert.equal(standing[0]!.person?.name, "Ines");
            const follows = [standing[0]!.version];
            await his.ask("PUT", path, { text: `${text}\nIt rained.\n`, follows });
            await his.ask("PUT", path, { text: `${text}\nIt was dark.\n`, follows });
            await page.getByText("Two versions stand beside each other.").waitFor();
            await page.getByRole("link", { name: "Join them" }).click();
            await page.getByRole("heading", { name: /^Two versions/u }).waitFor();
            await done(page);
            const now = await his.ask<Story>("GET", path);
            assert.equal(now.standing.length, 1);
            assert.equal(now.versions, 4);
            assert.match(
                now.standing[0]!.text!,
                /It was dark\.[^]*It rained\.|It rained\.[^]*It was dark\./u,
            );
        } finally {
            await browser.close();
            await ended(server.child);
            rmSync(folder, { recursive: true, force: true });
        }
    },
);
