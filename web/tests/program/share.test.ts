import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import type { Browser } from "playwright-core";

import { kLongestMs, launch, phone, skip } from "../browser.ts";
import { picture } from "../fake/pictures.ts";
import { ended } from "./serving.ts";

/** What the program shows to somebody, and the page that it puts there: from a plain folder, its own listener, one file and a ZIP. */
const program = process.env.KEEPSAKE_PROGRAM ?? "";
const kCover = "Emil, and the hours after he was born.";
const kHidden = "His hands, held in ours.";
const kCaption = "The house by the sea.";

const isHere = (name: string, ...options: string[]) =>
    spawnSync(name, options, { stdio: "ignore" }).status === 0;
const missing =
    skip ||
    (!program && "KEEPSAKE_PROGRAM names no program") ||
    (!isHere(program, "show", "--help") && "the program cannot show") ||
    (!isHere("age-keygen", "--version") && "age is not here");

class Family {
    readonly folder = mkdtempSync(join(tmpdir(), "keepsake-share-"));
    readonly env = {
        ...process.env,
        HOME: this.folder,
        KEEPSAKE_STATE: join(this.folder, "state"),
        KEEPSAKE_ARCHIVE: join(this.folder, "archive"),
        KEEPSAKE_IDENTITY_FILE: join(this.folder, "id.txt"),
    };

    run(...words: string[]): string {
        return execFileSync(program, words, {
            env: this.env,
            encoding: "utf8",
            stdio: ["ignore", "pipe", "pipe"],
        });
    }

    constructor() {
        execFileSync("age-keygen", ["-o", this.env.KEEPSAKE_IDENTITY_FILE], { stdio: "ignore" });
        this.run("new", this.env.KEEPSAKE_ARCHIVE);
        const photos = join(this.folder, "photos");
        mkdirSync(photos);
        for (const [name, seed] of [
            ["house", 1],
            ["hands", 2],
        ] as const)
            writeFileSync(join(photos, `${name}.png`), picture(seed, 1500));
        this.run("keep", photos);
        const items = this.run("list", "--json")
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as { item: string } & Record<string, unknown>);
        const find = (name: string) =>
            items.find((one) => JSON.stringify(one).includes(name))!.item;
        const [house, hands] = [find("house.png"), find("hands.png")];
        this.run("words", house, kCaption);
        this.run("cover", hands, kHidden);
        this.run("moment", "new", "Emil");
        this.run("moment", "add", "Emil", house, hands);
        const story = join(this.folder, "story.md");
        writeFileSync(
            story,
            `He came on a *Thursday*.\n\n![](item:${house})\n\n![](item:${hands})\n`,
        );
        this.run("story", "write", "Emil", "--from", story);
    }

    /** The link that showing it like this prints. */
    show(...options: string[]): string {
        const all = ["--to", "Ana", "--from", "Ines", "--moment", "Emil", "--cover", kCover];
        const said = this.run("show", ...all, ...options);
        const link = /\S+#AGE-SECRET-KEY-1[0-9A-Z]+/u.exec(said)?.[0];
        assert.ok(link, said);
        return link;
    }

    end(): void {
        rmSync(this.folder, { recursive: true });
    }
}

/** From the words to the look, and to the look at what is covered by itself. */
async function visit(browser: Browser, link: string): Promise<void> {
    const context = await browser.newContext({ ...phone, reducedMotion: "reduce" });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
    });
    page.on("pageerror", (error) => problems.push(String(error)));
    try {
        await page.goto(link);
        await page.getByRole("heading", { name: kCover }).waitFor();
        assert.ok(!page.url().includes("AGE-SECRET-KEY"));
        await page.getByText("Ines sent you this.").waitFor();
        const look = () => page.getByRole("button", { name: "Look", exact: true }).first();
        await look().click();
        await page.getByRole("heading", { name: "Emil", exact: true }).waitFor();
        await page.locator("figure img").first().waitFor();
        await page.getByText(kCaption).waitFor();
        await page.locator("em", { hasText: "Thursday" }).waitFor();
        await page.getByRole("heading", { name: kHidden }).waitFor();
        assert.equal(await page.locator(".covered img").count(), 0);
        await look().click();
        await page.locator(".covered img").waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("heading", { name: kHidden }).waitFor();
        assert.deepEqual(problems, []);
    } finally {
        await context.close();
    }
}

async function says(browser: Browser, link: string, words: string | RegExp): Promise<void> {
    const context = await browser.newContext(phone);
    const page = await context.newPage();
    try {
        await page.goto(link);
        await page.getByRole("heading", { name: words }).waitFor();
    } finally {
        await context.close();
    }
}

test(
    "what the program shows opens from a folder on any host, from one file and from a ZIP",
    { skip: missing, timeout: kLongestMs },
    async () => {
        const family = new Family();
        const browser = await launch();
        const folder = join(family.folder, "public");
        const host = createServer((request, response) => {
            const name = (request.url ?? "/").slice(1).split("?")[0] || "index.html";
            const types: Record<string, string> = { html: "text/html", css: "text/css" };
            try {
                const bytes = readFileSync(join(folder, name));
                const type = name.endsWith(".js")
                    ? "text/javascript"
                    : types[name.split(".").pop()!];
                response.writeHead(200, type ? { "content-type": type } : {}).end(bytes);
            } catch {
                response.writeHead(404).end();
            }
        });
        try {
            await new Promise<void>((done) => host.listen(0, "127.0.0.1", done));
            const at = `http://127.0.0.1:${(host.address() as AddressInfo).port}/`;
            const link = family.show("--to-folder", folder, "--at", at);
            assert.ok(link.startsWith(`${at}#`), link);
            await visit(browser, link);

            const key = (of: string) => of.slice(of.indexOf("#"));
            const one = join(family.folder, "for-ana.html");
            const oneLink = family.show("--as-file", one);
            await visit(browser, pathToFileURL(one).href + key(oneLink));
            const zip = join(family.folder, "for-ana.zip");
            const zipLink = family.show("--as-file", zip);
            if (isHere("unzip", "-v")) {
                const apart = join(family.folder, "apart");
                execFileSync("unzip", ["-q", zip, "-d", apart]);
                const index = join(apart, "index.html");
                await visit(browser, pathToFileURL(index).href + key(zipLink));
            }

            family.run("end", link);
            await says(browser, link, "This has been closed by whoever sent it.").catch(() => {
                // Ending takes the guest page away as well: then the host's own words for "not there" are seen.
            });
        } finally {
            await browser.close();
            host.close();
            family.end();
        }
    },
);

test(
    "the program's own listener for guests shows it, and nothing of it once it is ended",
    { skip: missing, timeout: kLongestMs },
    async () => {
        const family = new Family();
        const browser = await launch();
        const options = ["serve", "--port", "0", "--guests", "127.0.0.1:0"];
        const child = spawn(program, options, {
            env: family.env,
            stdio: ["ignore", "pipe", "pipe"],
        });
        try {
            const at = await new Promise<string>((ready, failed) => {
                let said = "";
                const hear = (part: Buffer) => {
                    said += String(part);
                    const all = said.match(/http:\/\/127\.0\.0\.1:\d+/gu) ?? [];
                    if (all.length > 1) ready(all[1]!);
                };
                child.stdout.on("data", hear);
                child.stderr.on("data", hear);
                child.on("exit", () => failed(new Error(`it ended: ${said}`)));
            });
            const link = family.show("--at", at);
            await visit(browser, link);
            const changed = link.replace("#", "%23");
            await says(browser, changed, /^This link was changed on its way/u);
            family.run("end", link);
            await says(browser, link, "This has been closed by whoever sent it.");
        } finally {
            await ended(child);
            await browser.close();
            family.end();
        }
    },
);
