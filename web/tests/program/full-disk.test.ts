import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import type { Page } from "playwright-core";

import { desk, held, kLongestMs, launch, skip, soon } from "../browser.ts";
import type { Item, JustKept } from "../../src/api/types.ts";
import { Session, skipWithout } from "./serving.ts";
import { SmallDisk, skipWithoutMounts } from "./small-disk.ts";

const kPassphrase = "a boat shed for three weeks";
const sha = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

async function give(page: Page, files: Record<string, Buffer>): Promise<void> {
    const choosing = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: /^Put it here/u }).click();
    await (
        await choosing
    ).setFiles(Object.entries(files).map(([name, buffer]) => ({ name, mimeType: "", buffer })));
}

async function waitForRow(page: Page, words: RegExp): Promise<void> {
    await soon(async () => {
        const rows = await page.locator(".files li").allTextContents();
        assert.ok(
            rows.some((row) => words.test(row)),
            rows.join("\n"),
        );
    });
}

test(
    "a disk that fills while something arrives: each file says what it needs, and is kept once there is room",
    { skip: skip || skipWithout || skipWithoutMounts, timeout: kLongestMs },
    async () => {
        const folder = mkdtempSync(join(tmpdir(), "keepsake-full-disk-"));
        const disk = await SmallDisk.begin(folder, "32m");
        const browser = await launch();
        try {
            const session = new Session(disk.address);
            await session.ask("POST", "/archive", { passphrase: kPassphrase, recovery: false });
            const page = await (
                await browser.newContext({ ...desk, reducedMotion: "reduce" })
            ).newPage();
            await page.goto(`${disk.address}/#/keep`);
            await page.getByLabel("Your passphrase").fill(kPassphrase);
            await page.getByRole("button", { name: "Open" }).click();

            const files = {
                "film.mov": randomBytes(6_000_000),
                "other.mov": randomBytes(5_000_000),
                "small.bin": randomBytes(200_000),
            };
            // It fills after all was announced, and before anything arrives.
            const gate = await held(page, "PATCH", /\/uploads\//u);
            const isSending = page.waitForRequest((request) => request.method() === "PATCH");
            await give(page, files);
            await isSending;
            await disk.leave(3_000_000);
            await gate.open();
            await page.getByText("1 of 3 files kept").waitFor();
            await page.getByText(/^2 files wait for room on the archive’s disk\./u).waitFor();
            await waitForRow(page, /^\s*small\.bin.*Kept/u);
            await waitForRow(
                page,
                /^\s*film\.movIt needs 6 MB, [\d.]+ [kM]B are free on the archive’s disk\..*Waiting/u,
            );
            await waitForRow(page, /^\s*other\.movIt needs 5 MB, [\d.]+ [kM]B are free/u);
            // Another page comes and goes: what had arrived stands.
            await page.goto("about:blank");
            await soon(async () => assert.deepEqual(await disk.halfMade(), []));
            await disk.makeRoom();
            const { items } = await justKeptSoon(session, 3);
            const kept = await Promise.all(
                items.map((one) => session.ask<Item>("GET", `/items/${one.id}`)),
            );
            assert.deepEqual(
                kept.map((one) => one.files[0]!.sha256).sort(),
                Object.values(files).map(sha).sort(),
            );

            // Full before it begins, and nothing more is written of what was kept.
            await soon(async () => {
                for (const { id } of items)
                    assert.notEqual(
                        (await session.ask<Item>("GET", `/items/${id}`)).kind,
                        "unread",
                    );
            });
            await page.goto(`${disk.address}/#/keep`);
            await disk.leave(20_000);
            const late = randomBytes(400_000);
            await give(page, { "late.bin": late });
            await waitForRow(
                page,
                /^\s*late\.binAll of it needs 400 kB, [\d.]+ (?:kB|bytes?) are free on the archive’s disk\..*Not kept/u,
            );
            await disk.makeRoom();
            await page.getByRole("button", { name: "Try again" }).click();
            await page.getByText("Kept. 1 file. Original checked.").waitFor();
        } finally {
            await browser.close();
            await disk.end();
            rmSync(folder, { recursive: true });
        }
    },
);

/** What is just kept, once it is so many. */
async function justKeptSoon(session: Session, count: number): Promise<JustKept> {
    let all: JustKept | undefined;
    await soon(async () => {
        all = await session.ask<JustKept>("GET", "/just-kept");
        assert.equal(all.items.length, count);
    });
    return all!;
}
