import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import type { Page } from "playwright-core";

import { kLongestMs, phone, skip, webFolder } from "../browser.ts";
import { guestPage } from "../fake/host.ts";
import { makeShare, type Made } from "../fake/share.ts";
import { theBrowser } from "../guest-rules.ts";
import { emil, kHands, kLine } from "../guest.ts";

const kPiece = 6 * 1024 * 1024;
const page = guestPage(webFolder);
const textOf = (name: string) => Buffer.from(page.get(name)!).toString();
const before = (text: string, mark: string, what: string) => text.replace(mark, () => what + mark);

function withMetas(text: string, container: string, key?: string): string {
    const metas = [
        `<meta name="keepsake-files" content="${container}">`,
        key === undefined ? "" : `<meta name="keepsake-key" content="${key}">`,
    ];
    return before(text, "</head>", metas.join(""));
}

function writeOneFile(folder: string, made: Made, key?: string): string {
    const scripts = [...made.files].map(
        ([name, bytes]) =>
            `<script type="text/plain" data-file="${name}">${Buffer.from(bytes).toString("base64")}</script>\n`,
    );
    const path = join(folder, "for-ana.html");
    const text = withMetas(textOf("one-file.html"), "inline", key);
    writeFileSync(path, before(text, "</body>", scripts.join("")));
    return pathToFileURL(path).href;
}

function writeZip(folder: string, made: Made, key?: string): string {
    mkdirSync(join(folder, "files"));
    for (const [name, bytes] of made.files)
        for (let piece = 0; piece === 0 || piece * kPiece < bytes.length; piece += 1) {
            const part = bytes.subarray(piece * kPiece, (piece + 1) * kPiece);
            const base64 = Buffer.from(part).toString("base64");
            writeFileSync(
                join(folder, "files", `${name}.${piece}.js`),
                `keepsakeFile("${name}",${piece},"${base64}");`,
            );
        }
    const path = join(folder, "index.html");
    writeFileSync(path, withMetas(textOf("zip.html"), "scripts", key));
    return pathToFileURL(path).href;
}

const containers: [string, typeof writeOneFile][] = [
    ["one file", writeOneFile],
    ["a ZIP taken apart", writeZip],
];

function fileRule(
    name: string,
    work: (page: Page, address: string, made: Made) => Promise<void>,
    write: typeof writeOneFile,
    withKey = false,
): void {
    test(name, { skip, timeout: kLongestMs }, async () => {
        const folder = mkdtempSync(join(tmpdir(), "keepsake-guest-"));
        const context = await theBrowser().newContext({ ...phone, reducedMotion: "reduce" });
        try {
            const made = await makeShare(emil());
            const address = write(folder, made, withKey ? made.key : undefined);
            await context.setOffline(true);
            const its = await context.newPage();
            const problems: string[] = [];
            its.on("console", (message) => {
                if (["error", "warning"].includes(message.type())) problems.push(message.text());
            });
            its.on("pageerror", (error) => problems.push(String(error)));
            its.on("request", (request) => {
                if (!/^(file|blob|data):/u.test(request.url())) problems.push(request.url());
            });
            await its.addInitScript(() => {
                const decoded: string[] = [];
                const real = window.atob;
                Object.assign(window, { decoded });
                window.atob = (text) => {
                    decoded.push(text.slice(0, 400));
                    return real.call(window, text);
                };
            });
            await work(its, address, made);
            assert.deepEqual(problems, []);
        } finally {
            await context.close();
            rmSync(folder, { recursive: true });
        }
    });
}

const look = (its: Page) => its.getByRole("button", { name: "Look", exact: true });

for (const [what, write] of containers) {
    fileRule(
        `rule 25: ${what} opens from file:// without a network, and nothing covered is decoded before the look`,
        async (its, address, made) => {
            await its.goto(`${address}#${made.key}`);
            await its.getByRole("heading", { name: kLine }).waitFor();
            assert.ok(!its.url().includes("AGE-SECRET"));
            assert.match(
                await its.evaluate(() => document.body.innerText),
                /This can be opened until 30 June 2099\./u,
            );
            // Which files were decoded, by how they begin.
            const seen = async () => {
                const all = await its.evaluate(
                    () => (window as unknown as { decoded: string[] }).decoded,
                );
                return [...made.names]
                    .filter(([, name]) => {
                        const start = Buffer.from(made.files.get(name)!.subarray(0, 300));
                        return all.some((one) => one.startsWith(start.toString("base64")));
                    })
                    .map(([file]) => file);
            };
            assert.deepEqual(await seen(), []);
            await look(its).click();
            await its.locator(".pair img").nth(1).waitFor();
            assert.ok((await seen()).includes("picture 0"));
            assert.ok(!(await seen()).some((file) => /(leaf|small|picture) [25]/u.test(file)));
            await look(its).first().click();
            await its.locator(".covered img").waitFor();
            assert.ok((await seen()).includes("leaf 2"));
            assert.ok(!(await seen()).includes("leaf 5"));
            await its.getByRole("button", { name: /^Play: / }).click();
            await its.waitForFunction(() => {
                const media = document.querySelector("audio");
                return media !== null && media.currentTime > 0.1;
            });
            await its.keyboard.press("Escape");
            await its.getByRole("heading", { name: kHands }).waitFor();
        },
        write,
    );

    fileRule(
        `rule 25: ${what} without the words behind the # asks for them`,
        async (its, address, made) => {
            await its.goto(address);
            const field = its.getByLabel("The words after # in the link");
            await field.fill(made.key.slice(0, 50));
            await its.getByRole("button", { name: "Open" }).click();
            await its.getByText("These are not all of them.").waitFor();
            await field.fill(`#${made.key}`);
            await field.press("Enter");
            await its.getByRole("heading", { name: kLine }).waitFor();
            await look(its).click();
            await its.getByRole("button", { name: "Save this" }).click();
            assert.equal(await its.getByLabel("The words").inputValue(), made.key);
        },
        write,
    );

    fileRule(
        `${what} that holds its key opens by itself`,
        async (its, address) => {
            await its.goto(address);
            await its.getByRole("heading", { name: kLine }).waitFor();
        },
        write,
        true,
    );
}
