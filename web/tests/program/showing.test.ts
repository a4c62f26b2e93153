import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import type { Browser, Page } from "playwright-core";

import type { Outline } from "../../src/api/shares.ts";
import { desk, launch, phone, skip, soon } from "../browser.ts";
import { picture } from "../fake/pictures.ts";
import { ended, serving, Session, skipWithout, type Serving } from "./serving.ts";

/** Showing from the pages, with the real program behind them and its own listener for guests. */
const kLine = "Emil, and the hours after he was born.";
const kHidden = "His hands, held in ours.";
const kStory = "He came on a Thursday.";

let folder = "";
let server: Serving | undefined;
let session: Session;
let browser: Browser | undefined;
let moment = "";
const missing = skip || skipWithout;

before(async () => {
    if (missing) return;
    folder = mkdtempSync(join(tmpdir(), "keepsake-showing-"));
    mkdirSync(join(folder, "public"));
    server = await serving(folder, [
        "--guests",
        "127.0.0.1:0",
        "--shares-to",
        join(folder, "public"),
    ]);
    session = new Session(server.address);
    await session.ask("POST", "/archive", { passphrase: "correct horse battery" });
    const [house, hands] = await session.keep(
        ["house", "hands"].map((name, at) => ({
            name: `${name}.png`,
            bytes: Buffer.from(picture(at + 1, 1500)),
        })),
    );
    await session.ask("POST", "/just-kept/place", {});
    await session.ask("PUT", `/items/${hands}/cover`, { line: kHidden });
    const made = await session.ask<{ id: string }>("POST", "/moments", {
        name: "Emil",
        items: [house, hands],
    });
    moment = made.id;
    await session.ask("PUT", `/moments/${moment}/story`, {
        follows: [],
        text: `${kStory}\n\n![](item:${house})\n\n![](item:${hands})`,
    });
    browser = await launch();
    const outline = await session.ask<Outline>("POST", "/showing/outline", { moment });
    assert.match(outline.ways.guests ?? "", /^http:\/\/127\.0\.0\.1:\d+\/$/u);
});

after(async () => {
    await browser?.close();
    if (server) await ended(server.child);
    if (folder) rmSync(folder, { recursive: true, force: true });
});

interface Room {
    page: Page;
    problems: string[];
    close: () => Promise<void>;
}

async function room(shape = desk): Promise<Room> {
    const context = await browser!.newContext({ ...shape, reducedMotion: "reduce" });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
    });
    return { page, problems, close: () => context.close() };
}

/** The pages, by whoever made the archive. */
async function keeperAt(place: string): Promise<Room> {
    const at = await room();
    const [name, value] = session.cookie.split("=") as [string, string];
    await at.page.context().addCookies([{ name, value, url: server!.address }]);
    await at.page.goto(`${server!.address}/#/${place}`);
    return at;
}

async function fill(page: Page): Promise<void> {
    await page.getByLabel("Who is it for?").fill("Ana");
    await page.getByLabel("Who sends it").fill("Ines");
    await page.getByRole("button", { name: "Put a line before all of it" }).click();
    await page.getByLabel("What Ana reads first").fill(kLine);
}

/** From the words to the look, and to the look at what is covered by itself. */
async function visit(page: Page): Promise<void> {
    await page.getByRole("heading", { name: kLine }).waitFor();
    await page.getByText("Ines sent you this.").waitFor();
    const look = () => page.getByRole("button", { name: "Look", exact: true }).first();
    await look().click();
    await page.getByRole("heading", { name: "Emil", exact: true }).waitFor();
    await page.getByText(kStory).waitFor();
    await page.locator("figure img").first().waitFor();
    await page.getByRole("heading", { name: kHidden }).waitFor();
    assert.equal(await page.locator(".covered img").count(), 0);
    await look().click();
    await page.locator(".covered img").waitFor();
}

test(
    "a link is made on the page, opens for a guest, is dated and ended",
    { timeout: 240_000 },
    async (t) => {
        if (missing) return t.skip(String(missing));
        const keeper = await keeperAt(`moment/${moment}`);
        const { page } = keeper;
        await page.getByRole("link", { name: "Show someone" }).click();
        await fill(page);
        await page.locator(".covered-lines").getByText(kHidden).waitFor();
        await page.getByLabel("A link to this computer").check();
        await page.getByText(/Only this computer finds http:/u).waitFor();
        await page.getByRole("button", { name: "Make the link" }).click();
        await page.getByRole("heading", { name: "Ready for Ana" }).waitFor();
        const link = await page.getByLabel("The link", { exact: true }).inputValue();
        await page.getByRole("img", { name: /phone/u }).waitFor();

        const guest = await room(phone);
        await guest.page.goto(link);
        await visit(guest.page);
        assert.ok(!guest.page.url().includes("AGE-SECRET-KEY"));
        assert.deepEqual(guest.problems, []);
        await guest.close();

        await page.goto(`${server!.address}/#/moment/${moment}`);
        await page.getByRole("link", { name: "Ana", exact: true }).click();
        await page.getByRole("button", { name: /^Change the date: Ana/u }).click();
        await page.getByRole("dialog").getByLabel("Until").fill("2999-06-30");
        await page.getByRole("dialog").getByRole("button", { name: "Change the date" }).click();
        await page.getByText("Ana can open it until 30 June 2999.").waitFor();
        const dated = await room(phone);
        await dated.page.goto(link);
        await dated.page.getByText("30 June 2999").waitFor();
        await dated.close();

        await page.getByRole("button", { name: /^End: Ana/u }).click();
        await page.getByRole("dialog").getByRole("button", { name: "End", exact: true }).click();
        await page
            .getByText(
                "Ana’s link stops working now. Keepsake cannot take back copies already saved.",
            )
            .waitFor();
        await page.getByText("Nothing is shown to anyone.").waitFor();
        assert.equal((await fetch(link.split("#")[0]! + "manifest.age")).status, 410);
        assert.deepEqual(keeper.problems, []);
        await keeper.close();
    },
);

test(
    "all of it is seen before anybody gets it, in an origin of its own",
    { timeout: 240_000 },
    async (t) => {
        if (missing) return t.skip(String(missing));
        const keeper = await keeperAt(`show/${moment}`);
        await fill(keeper.page);
        await keeper.page.getByRole("button", { name: "See all of it" }).click();
        const opening = keeper.page.context().waitForEvent("page");
        await keeper.page.getByRole("link", { name: "Open it in a tab of its own" }).click();
        const seen = await opening;
        await visit(seen);
        assert.ok(!seen.url().includes("AGE-SECRET-KEY"), seen.url());
        assert.equal(await seen.evaluate(() => self.origin), "null");
        const reached = await seen.evaluate(async () => {
            const asked = await fetch("/api/v1/session").then(
                () => "answered",
                () => "refused",
            );
            let cookie = "refused";
            try {
                cookie = document.cookie;
            } catch {
                // an origin of its own has none
            }
            return [asked, cookie, String(window.opener)];
        });
        assert.deepEqual(reached, ["refused", "refused", "null"]);
        const shares = await session.ask<{ total: number }>("GET", "/shares");
        assert.equal(shares.total, 0);
        await seen.close();
        // Leaving takes it away.
        await keeper.page.goto(`${server!.address}/#/home`);
        const waiting = join(folder, "state", "showing");
        await soon(() => {
            const left = existsSync(waiting) ? readdirSync(waiting, { recursive: true }) : [];
            assert.deepEqual(
                left.filter((one) => /\.(html|zip)$/u.test(String(one))),
                [],
            );
        });
        await keeper.close();
    },
);

test("a file is saved, and opens without a network", { timeout: 240_000 }, async (t) => {
    if (missing) return t.skip(String(missing));
    const keeper = await keeperAt(`show/${moment}`);
    const { page } = keeper;
    await fill(page);
    await page.getByLabel("A file", { exact: true }).check();
    await page.getByLabel("It opens without further words").check();
    await page.getByRole("button", { name: "Make the file" }).click();
    await page.getByRole("heading", { name: "Ready for Ana" }).waitFor();
    const saving = page.waitForEvent("download");
    await page.getByRole("link", { name: "Save the file" }).click();
    const saved = join(folder, "for-ana.html");
    const download = await saving;
    assert.match(download.suggestedFilename(), /^shown-[0-9a-f]{8}\.html$/u);
    await download.saveAs(saved);
    const guest = await room(phone);
    await guest.page.context().setOffline(true);
    await guest.page.goto(pathToFileURL(saved).href);
    await visit(guest.page);
    assert.deepEqual(guest.problems, []);
    await guest.close();
    await keeper.close();
});

test("a folder is made below the one that was named", { timeout: 240_000 }, async (t) => {
    if (missing) return t.skip(String(missing));
    const keeper = await keeperAt(`show/${moment}`);
    const { page } = keeper;
    await fill(page);
    await page.getByLabel("A folder for a web server").check();
    await page.getByRole("button", { name: "Make the link" }).click();
    await page.getByRole("heading", { name: "Ready for Ana" }).waitFor();
    assert.match(
        await page.getByLabel("The link", { exact: true }).inputValue(),
        /^index\.html#AGE-/u,
    );
    const made = readdirSync(join(folder, "public"));
    assert.equal(made.length, 1);
    assert.ok(existsSync(join(folder, "public", made[0]!, "manifest.age")));
    await keeper.close();
});
