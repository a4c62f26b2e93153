import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import type { Page } from "playwright-core";

import type { Person } from "../../src/api/types.ts";
import { desk, kLongestMs, launch, skip, soon } from "../browser.ts";
import { picture } from "../fake/pictures.ts";
import { ended, Session, serving, skipWithout } from "./serving.ts";

const kPassphrase = "a boat shed for three weeks";
const kItems = 6;

/** Six photographs, Ines and Joren, a moment with the first two, covered; the fourth covered by Joren for himself. */
async function prepare(session: Session) {
    await session.ask("POST", "/archive", { passphrase: kPassphrase, recovery: false });
    const items = await session.keep(
        Array.from({ length: kItems }, (_, at) => ({
            name: `secret_2016070${at + 1}_120000.png`,
            bytes: picture(at, 1500),
        })),
    );
    const [ines, joren] = await Promise.all(
        ["Ines", "Joren"].map((name) => session.ask<Person>("POST", "/people", { name })),
    );
    await session.ask("POST", "/just-kept/place", {});
    const moment = async (name: string, some: string[]) =>
        (await session.ask<{ id: string }>("POST", "/moments", { name, items: some })).id;
    const emil = await moment("Emil", items.slice(0, 2));
    const summer = await moment("Summer", items.slice(4));
    await session.ask("PATCH", `/moments/${summer}`, { front: items[4] });
    await session.ask("PATCH", "/session", { person: ines!.id });
    await session.ask("PUT", `/moments/${emil}/cover`, { line: "Our son.", more: "He had died." });
    await session.ask("PATCH", "/session", { person: joren!.id });
    await session.ask("PUT", `/items/${items[3]}/cover`, { line: "Not today.", own: true });
    await session.ask("PATCH", "/quiet", { quiet: true, moments: [summer] });
    return { items, emil };
}

/** Labels of what is covered in the timeline. */
async function coveredIn(page: Page, address: string): Promise<string[]> {
    await page.goto(`${address}/#/timeline`);
    // A moment has cells, too.
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
    await page.locator(".cell img").first().waitFor();
    await page.waitForTimeout(300);
    let covered: string[] = [];
    // What is told anew is away for a moment.
    await soon(async () => {
        const cells = await page
            .locator(".cell a:not(:has(.empty))")
            .evaluateAll((all) =>
                all.map((one) =>
                    one.matches(".cov") ? (one.getAttribute("aria-label") ?? "") : undefined,
                ),
            );
        assert.equal(cells.length, kItems);
        covered = cells.filter((one) => one !== undefined);
    });
    return covered;
}

async function iAm(page: Page, address: string, name: string): Promise<void> {
    await page.goto(`${address}/#/who`);
    await page.locator(".choose").getByRole("button", { name, exact: true }).click();
    await page.getByRole("heading", { name: "Home" }).or(page.locator(".wall")).first().waitFor();
}

test(
    "rules 1, 2, 3, 8 and 11 with the program itself: by item, by moment, by person",
    { skip: skip || skipWithout, timeout: kLongestMs },
    async () => {
        const folder = mkdtempSync(join(tmpdir(), "keepsake-pages-"));
        const server = await serving(folder);
        const { address } = server;
        const browser = await launch();
        try {
            const { items, emil } = await prepare(new Session(address));
            const page = await (
                await browser.newContext({ ...desk, reducedMotion: "reduce" })
            ).newPage();
            const asked: string[] = [];
            const bodies: string[] = [];
            page.on("request", (request) => asked.push(request.url().slice(address.length)));
            page.on("response", async (response) => {
                if (/\/api\//u.test(response.url()) && !/events/u.test(response.url()))
                    bodies.push(await response.text().catch(() => ""));
            });
            await page.goto(address);
            await page.getByLabel("Your passphrase").fill(kPassphrase);
            await page.getByRole("button", { name: "Open" }).click();
            await page.getByRole("link", { name: "Timeline" }).waitFor();

            await iAm(page, address, "Joren");
            await page.getByText("Our son.").first().waitFor();
            assert.equal(await page.getByText("Summer").count(), 0, "rule 11: quiet at Home");
            asked.length = bodies.length = 0;
            const his = await coveredIn(page, address);
            assert.equal(his.length, 3, his.join());
            assert.equal(his.filter((one) => one.includes("Our son.")).length, 2);
            assert.equal(his.filter((one) => one.includes("Not today.")).length, 1);
            const hidden = [items[0]!, items[1]!, items[3]!];
            assert.deepEqual(
                asked.filter((one) => hidden.some((id) => one.includes(`/items/${id}`))),
                [],
                "rule 1",
            );
            for (const name of ["secret_20160701", "secret_20160702", "secret_20160704"])
                assert.ok(!bodies.some((body) => body.includes(name)), `rule 2: ${name}`);
            const html = await page.content();
            assert.ok(!/secret_2016070[124]/u.test(html), "rule 3");

            await iAm(page, address, "Ines");
            await page.getByText("Summer").first().waitFor();
            const hers = await coveredIn(page, address);
            assert.equal(hers.length, 2, "rule 8: what Joren covered for himself is open to her");
            await page.goto(`${address}/#/moment/${emil}`);
            await page.getByRole("heading", { name: "Our son." }).waitFor();
            await page.getByRole("button", { name: "Tell me more" }).click();
            await page.getByText("He had died.").waitFor();
            await page.getByRole("button", { name: "Look", exact: true }).click();
            await page.locator(".cell img").nth(1).waitFor();
            await page.getByRole("button", { name: "More" }).click();
            const left = page.waitForResponse((one) => one.url().endsWith("/leave-open"));
            await page.getByRole("menuitem", { name: /open/u }).click();
            await left;
            await page.reload();
            await page.locator(".cell img").nth(1).waitFor();
            assert.equal((await coveredIn(page, address)).length, 0);

            await iAm(page, address, "Joren");
            assert.equal((await coveredIn(page, address)).length, 3, "and covered to him");
        } finally {
            await browser.close();
            await ended(server.child);
            rmSync(folder, { recursive: true, force: true });
        }
    },
);
