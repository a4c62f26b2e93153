import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";

import { desk, launch, phone, skip, webFolder } from "./browser.ts";
import { Host } from "./fake/host.ts";
import { photographs } from "./fake/photographs.ts";
import { makeShare, type Made } from "./fake/share.ts";
import { elsewhere, emil, GuestVisit } from "./guest.ts";

/** How long a guest waits. Prints one line a figure: name, value, what is asked.
 *
 * First words and first picture at 1.6 Mbit/s with 150 ms each way and a processor slowed down four times, as on an old phone in the
 * country; a film of 1 GB from the same machine.
 */
const kSlow = { downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8, latency: 150 };
const kRounds = 5;
const kFilmBytes = 1e9;
let isFailed = false;

function note(name: string, value: number, most: number, unit = "ms"): void {
    if (value > most) isFailed = true;
    const shown = value.toFixed(0).padStart(7);
    writeSync(1, `${name.padEnd(72)} ${shown} ${unit.padEnd(3)} at most ${most}\n`);
}

const middle = (all: number[]) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)]!;

/** When, after it was asked for, the words were painted; and when the first picture was. */
const kWatch = `
    const watch = (name, find) => {
        const look = () => {
            if (find()) requestAnimationFrame(() => setTimeout(() => (window[name] = performance.now())));
            else requestAnimationFrame(look);
        };
        look();
    };
    watch("wordsAt", () => document.querySelector("article h1"));
    watch("pictureAt", () => {
        const image = document.querySelector("figure img");
        return image && image.complete && image.naturalWidth > 0;
    });
    addEventListener("click", () => (window.lookedAt = performance.now()), { capture: true });
`;

async function slowVisit(browser: Browser, host: Host): Promise<[number, number]> {
    const visit = await GuestVisit.begin(browser, host, { ...phone, deviceScaleFactor: 2 });
    const { page } = visit;
    const cdp = await visit.context.newCDPSession(page);
    await cdp.send("Network.enable");
    await cdp.send("Network.emulateNetworkConditions", { offline: false, ...kSlow });
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await page.addInitScript(kWatch);
    await page.goto(host.link, { waitUntil: "commit" });
    const at = async (name: string) =>
        (await (
            await page.waitForFunction(
                (its) => (window as unknown as Record<string, number | undefined>)[its],
                name,
            )
        ).jsonValue()) as number;
    const words = await at("wordsAt");
    await page.waitForTimeout(1500);
    await visit.button("Look").click();
    const picture = await at("pictureAt");
    const looked = await at("lookedAt");
    await visit.context.close();
    return [words, picture - looked];
}

async function firsts(browser: Browser): Promise<void> {
    const share = emil();
    // What a share's copies weigh: 15 to 25 KB the small one, 300 to 500 KB the other.
    for (const at of [0, 1, 2, 4, 5]) {
        const item = share.items[at]!;
        const ratio = item.width! / item.height!;
        const sizes = [
            { seed: at, ratio, width: 320, grain: 40 },
            { seed: at, ratio, width: 2048, grain: 16 },
        ];
        const [small, large] = await photographs(browser, sizes);
        item.parts = [
            { use: "small", type: "image/jpeg", width: 320, bytes: small! },
            { use: "picture", type: "image/jpeg", width: 2048, bytes: large! },
        ];
        if (at === 0)
            writeSync(1, `the first picture: ${small!.length} and ${large!.length} bytes\n`);
    }
    const made = await makeShare(share);
    for (const [where, address] of [
        ["localhost", "127.0.0.1"],
        ["plain http elsewhere", elsewhere],
    ] as const) {
        if (!address) continue;
        const host = new Host(webFolder, made, { host: address });
        await host.start();
        const words: number[] = [];
        const pictures: number[] = [];
        for (let round = 0; round < kRounds; round += 1) {
            const [first, picture] = await slowVisit(browser, host);
            words.push(first);
            pictures.push(picture);
        }
        await host.stop();
        note(`first words, ${where} (middle of ${kRounds})`, middle(words), 1000);
        note(`first picture after Look, ${where} (middle of ${kRounds})`, middle(pictures), 2000);
    }
}

function longFilm(folder: string): Uint8Array | undefined {
    const clip = join(folder, "clip.mp4");
    const film = join(folder, "film.mp4");
    const run = (options: string, target: string) =>
        execFileSync("ffmpeg", [...options.trim().split(/\s+/u), target], { stdio: "ignore" });
    try {
        run(
            `-v error -f lavfi -i testsrc2=size=1280x720:rate=25,noise=alls=20:allf=t -f lavfi -i sine=frequency=330 -t 20
             -c:v libx264 -preset ultrafast -pix_fmt yuv420p -b:v 8M -g 50 -c:a aac`,
            clip,
        );
        const bytes = readFileSync(clip).length;
        const times = Math.ceil(kFilmBytes / bytes);
        run(`-v error -stream_loop ${times} -i ${clip} -c copy -movflags +faststart`, film);
        return readFileSync(film);
    } catch {
        return undefined;
    }
}

async function playFilm(page: Page): Promise<void> {
    const began = Date.now();
    await page.getByRole("button", { name: /^Play: / }).click();
    const plays = (from: number) =>
        page.waitForFunction(
            (time) => {
                const media = document.querySelector("video");
                return media && media.currentTime > time && !media.seeking && media.readyState > 2;
            },
            from,
            { timeout: 120_000, polling: 20 },
        );
    await plays(0.05);
    note("a film of 1 GB plays", Date.now() - began, 3000);
    for (const part of [0.9, 0.3, 0.6]) {
        const from = Date.now();
        const to = await page.locator("video").evaluate((one: HTMLVideoElement, share) => {
            one.currentTime = one.duration * share;
            return one.currentTime;
        }, part);
        await plays(to + 0.05);
        note(`it is sought to ${part * 100} % and plays on`, Date.now() - from, 3000);
    }
}

async function film(browser: Browser): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "keepsake-film-"));
    let bytes: Uint8Array | undefined;
    try {
        bytes = longFilm(folder);
    } finally {
        rmSync(folder, { recursive: true });
    }
    if (!bytes) {
        writeSync(1, "passed over: a film, as ffmpeg is not here\n");
        return;
    }
    const made: Made = await makeShare({
        cover: null,
        items: [
            {
                kind: "film",
                width: 1280,
                height: 720,
                name: "film-01",
                parts: [{ use: "film", type: "video/mp4", width: 1280, height: 720, bytes }],
            },
        ],
    });
    writeSync(1, `the film: ${(bytes.length / 1e6).toFixed(0)} MB\n`);
    bytes = undefined;
    const host = new Host(webFolder, made);
    await host.start();
    const visit = await GuestVisit.begin(browser, host, desk);
    await playFilm(await visit.arrive());
    note("fetched for all of that", host.sent / 1e6, 500, "MB");
    await visit.context.close();
    await host.stop();
}

async function main(): Promise<void> {
    const browser = await launch();
    try {
        await firsts(browser);
        if (existsSync("/usr/bin/ffmpeg")) await film(browser);
    } finally {
        await browser.close();
    }
    process.exitCode = isFailed ? 1 : 0;
}

if (skip) console.log(`passed over: ${skip}`);
else await main();
