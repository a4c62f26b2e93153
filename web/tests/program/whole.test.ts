import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { desk, kLongestMs, launch, skip } from "../browser.ts";
import { picture } from "../fake/pictures.ts";
import { ended, serving, skipWithout } from "./serving.ts";

/** The pages and the program together: what the fake only says of the server. */
const kPassphrase = "a boat shed for three weeks";

test(
    "first open, keep, place, words, cover, look, cover again, lock: with the program itself",
    {
        skip: skip || skipWithout,
        timeout: kLongestMs,
    },
    async () => {
        const folder = mkdtempSync(join(tmpdir(), "keepsake-pages-"));
        const { child, address } = await serving(folder);
        const browser = await launch();
        try {
            const page = await (
                await browser.newContext({ ...desk, reducedMotion: "reduce" })
            ).newPage();
            const problems: string[] = [];
            const asked: string[] = [];
            const checksums: string[] = [];
            page.on("console", (message) => {
                if (message.type() === "error") problems.push(message.text());
            });
            page.on("pageerror", (error) => problems.push(String(error)));
            page.on("request", (request) => {
                asked.push(`${request.method()} ${request.url().slice(address.length)}`);
                if (!request.url().startsWith(address)) problems.push(request.url());
                if (request.method() === "PATCH" && request.url().includes("/uploads/"))
                    checksums.push(request.headers()["upload-checksum"] ?? "");
            });
            await page.goto(address);
            await page.getByRole("button", { name: "Start keeping" }).click();
            await page.getByLabel("Passphrase").fill(kPassphrase);
            await page.getByLabel("The same once more").fill(kPassphrase);
            await page.getByLabel("Your name").fill("Ines");
            await page.getByLabel("A name for all of it").fill("Hagen and Lund");
            await page.getByRole("button", { name: "Begin" }).click();
            await page.getByRole("heading", { name: "Write these words down" }).waitFor();
            assert.equal(await page.locator(".twelve li").count(), 12);
            await page.getByRole("button", { name: "I wrote them down" }).click();
            const choosing = page.waitForEvent("filechooser");
            await page.getByRole("button", { name: /^Put it here/u }).click();
            await (
                await choosing
            ).setFiles(
                [1500, 750, 1333].map((ratio, at) => ({
                    name: `IMG_2016070${at + 1}_120000.png`,
                    mimeType: "image/png",
                    buffer: picture(at, ratio),
                })),
            );
            await page.getByText("Kept. 3 files. Originals checked.").waitFor();
            assert.equal(checksums.length, 3);
            assert.ok(checksums.every((one) => one.startsWith("sha256 ")));
            await page.getByRole("link", { name: "Just kept" }).click();
            await page.getByText("IMG_20160701_120000.png").waitFor();
            await page.getByRole("button", { name: "Place all by date" }).click();
            await page.getByText("Nothing waiting.").waitFor();
            await page.getByRole("link", { name: "Timeline" }).click();
            await page.getByRole("heading", { name: "July 2016" }).waitFor();
            await page.locator(".cell img").nth(2).waitFor();
            await page.locator(".cell a").first().click();
            await page.locator(".held img").waitFor();
            await page.getByRole("button", { name: "Details" }).click();
            await page.getByRole("button", { name: "Add words, people, a date" }).click();
            await page.getByRole("textbox", { name: "Words" }).fill("The lake without wind.");
            await page.getByRole("textbox", { name: "Date" }).fill("about 1987");
            await page.getByRole("button", { name: "Save" }).click();
            await page.getByRole("heading", { name: "The lake without wind." }).waitFor();
            const id = new URLSearchParams(
                (await page.evaluate(() => location.hash)).split("?")[1],
            ).get("item")!;
            await page.getByRole("button", { name: "More" }).click();
            await page.getByRole("menuitem", { name: "Cover" }).click();
            await page.getByLabel("What is read first").fill("Nils in hospital.");
            await page.getByRole("button", { name: "Cover it" }).click();
            await page.waitForFunction(() => !document.querySelector("dialog"));
            await page.reload();
            asked.length = 0;
            await page.getByRole("heading", { name: "1987" }).waitFor();
            await page.locator(".cell a.cov").click();
            await page.getByRole("heading", { name: "Nils in hospital." }).waitFor();
            const bytes = () =>
                asked.filter((one) => one.includes(`/items/${id}`) && !one.endsWith("/look"));
            assert.deepEqual(bytes(), []);
            assert.equal(
                await page.request
                    .get(`${address}/api/v1/items/${id}/preview`)
                    .then((one) => one.status()),
                403,
            );
            await page.getByRole("button", { name: "Look", exact: true }).click();
            await page.locator(".held img").waitFor();
            assert.ok(bytes().length > 0 && bytes().every((one) => one.includes("look=")));
            await page.keyboard.press("Escape");
            await page.getByRole("heading", { name: "Nils in hospital." }).waitFor();
            await page.keyboard.press("Escape");
            await page.getByRole("link", { name: "Care" }).click();
            await page.getByRole("button", { name: "Check now" }).click();
            await page
                .getByRole("heading", { name: "Every original matches what was first kept." })
                .waitFor();
            await page.getByRole("button", { name: /^Ines:/u }).click();
            await page.getByRole("menuitem", { name: "Lock" }).click();
            await page.getByLabel("Your passphrase").fill(kPassphrase);
            await page.getByRole("button", { name: "Open" }).click();
            await page.getByRole("link", { name: "Hagen and Lund" }).waitFor();
            assert.deepEqual(problems, []);
        } finally {
            await browser.close();
            await ended(child);
            rmSync(folder, { recursive: true });
        }
    },
);
