import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { kLongestMs, phone, skip, soon, webFolder } from "../browser.ts";
import { guestPage } from "../fake/host.ts";
import { makeShare } from "../fake/share.ts";
import { tone } from "../fake/sound.ts";
import { theBrowser } from "../guest-rules.ts";
import { emil, kLine } from "../guest.ts";
import { freePort, Nginx, nginx } from "../nginx.ts";

/** A share in a folder of nginx, set up as plainly as can be. */
test(
    "on a plain nginx a share opens, and a long recording plays as it is fetched",
    { skip: skip || (nginx ? false : "nginx is not here"), timeout: kLongestMs },
    async () => {
        const share = emil();
        const part = share.items[3]!.parts[0]!;
        Object.assign(part, { seconds: 300, bytes: tone(300) });
        const made = await makeShare(share);
        const folder = mkdtempSync(join(tmpdir(), "keepsake-nginx-"));
        mkdirSync(join(folder, "public", "emil"), { recursive: true });
        for (const [name, bytes] of [...guestPage(webFolder), ...made.files])
            writeFileSync(join(folder, "public", "emil", name), bytes);
        const port = await freePort();
        const server = new Nginx(
            folder,
            `listen 127.0.0.1:${port}; root ${join(folder, "public")};`,
        );
        const context = await theBrowser().newContext(phone);
        try {
            const page = await context.newPage();
            // Without the slash that the folder's address ends in: nginx leads there, and the browser keeps what is behind the "#".
            const link = `http://127.0.0.1:${port}/emil#${made.key}`;
            await soon(() => page.goto(link));
            await page.getByRole("heading", { name: kLine }).waitFor();
            await page.getByRole("button", { name: "Look", exact: true }).click();
            await page.locator(".pair img").nth(1).waitFor();
            await page.getByRole("button", { name: /^Play: / }).click();
            await page.waitForFunction(() => {
                const media = document.querySelector("audio");
                return media !== null && media.currentTime > 0.1;
            });
            const source = await page.locator("audio").evaluate((one: HTMLAudioElement) => one.src);
            assert.match(source, /\/emil\/playing-/u);
        } finally {
            await context.close();
            await server.end();
            rmSync(folder, { recursive: true });
        }
    },
);
