import assert from "node:assert/strict";

import type { Page } from "playwright-core";

import { soon } from "../browser.ts";
import { guestRule } from "../guest-rules.ts";
import { elsewhere, photograph, recording } from "../guest.ts";
import type { ItemOf, ShareOf } from "../fake/share.ts";
import { film } from "../fake/film.ts";
import { picture } from "../fake/pictures.ts";
import { tone } from "../fake/sound.ts";

const still = (seed: number) => picture(seed, 1333);

/** Ten minutes: 9.6 MB, far more than is fetched at once. */
const long: ShareOf = {
    cover: null,
    items: [
        {
            kind: "sound",
            name: "recording-01",
            caption: "Nils tells about the harbour",
            parts: [{ use: "sound", type: "audio/wav", seconds: 600, bytes: tone(600) }],
        },
    ],
};

const kPlay = { name: "Play: Nils tells about the harbour" };

async function playing(page: Page): Promise<void> {
    await page.waitForFunction(() => {
        const media = document.querySelector("audio, video") as HTMLMediaElement | null;
        return media !== null && media.currentTime > 0.1 && !media.paused;
    });
}

guestRule(
    "a long recording plays as it is fetched, is sought without fetching all of it, and is let go of",
    async (visit, host) => {
        const page = await visit.arrive();
        await page.getByRole("button", kPlay).click();
        await playing(page);
        const slider = page.getByRole("slider");
        await page.locator("audio").evaluate((one: HTMLAudioElement) => {
            one.currentTime = 500;
        });
        await page.waitForFunction(() => {
            const media = document.querySelector("audio")!;
            return media.currentTime > 500.1 && !media.seeking;
        });
        await soon(async () => assert.ok(Number(await slider.inputValue()) > 490));
        const sound = host.asked.filter(({ path }) =>
            path.endsWith(host.made.names.get("sound 0")!),
        );
        assert.ok(sound.length > 1 && sound.every((one) => one.range !== undefined));
        const whole = host.made.files.get(host.made.names.get("sound 0")!)!.length;
        assert.ok(host.sent < whole, `${host.sent} of ${whole} bytes`);
        const source = await page.locator("audio").evaluate((one: HTMLAudioElement) => one.src);
        assert.match(source, /\/playing-[0-9a-f]{32}$/u);
        // Nothing that was played is kept by the browser, and the host is never asked for such an address.
        assert.ok(!host.asked.some((one) => one.path.includes("playing")));
        assert.equal(await page.evaluate(async () => (await caches.keys()).length), 0);
        await page.getByRole("button", { name: "Pause: Nils" }).click();
        assert.equal(
            await page.locator("audio").evaluate((one: HTMLAudioElement) => one.paused),
            true,
        );
    },
    { share: long },
);

guestRule(
    "covering again stops what plays, gives no more of it, and leaves no worker behind",
    async (visit) => {
        const page = await visit.look();
        await page.getByRole("button", kPlay).click();
        await playing(page);
        const source = await page.locator("audio").evaluate((one: HTMLAudioElement) => one.src);
        await page.evaluate(() =>
            Object.assign(window, { played: document.querySelector("audio") }),
        );
        await page.keyboard.press("Escape");
        await page.getByRole("heading", { name: "Nils." }).waitFor();
        const after = await page.evaluate(async (address) => {
            const { played } = window as unknown as { played: HTMLAudioElement };
            const answer = await fetch(address).catch(() => undefined);
            return [played.paused, played.getAttribute("src"), answer?.status ?? 0];
        }, source);
        assert.deepEqual(after.slice(0, 2), [true, null]);
        assert.ok([0, 404, 410].includes(after[2] as number), String(after[2]));
        const workers = () =>
            page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
        await soon(async () => assert.equal(await workers(), 0));
    },
    {
        share: { ...long, cover: { line: "Nils." } },
        expected: /Failed to load resource/u,
    },
);

guestRule(
    "an altered chunk in the midst of a recording is not played, and said",
    async (visit, host) => {
        const name = host.made.names.get("sound 0")!;
        const bytes = new Uint8Array(host.files.get(name)!);
        for (let at = 5_000_000; at < bytes.length; at += 65_536) bytes[at] = bytes[at]! ^ 1;
        host.files.set(name, bytes);
        const page = await visit.arrive();
        await page.getByRole("button", kPlay).click();
        await playing(page);
        await page.locator("audio").evaluate((one: HTMLAudioElement) => (one.currentTime = 400));
        await page.getByText("This was changed after Ines sent it.").waitFor();
    },
    { share: long },
);

guestRule(
    "where the host gives no parts of files, a recording is fetched whole, saying how far it is",
    async (visit, host) => {
        const page = await visit.arrive();
        await page.getByRole("button", kPlay).click();
        await playing(page);
        const source = await page.locator("audio").evaluate((one: HTMLAudioElement) => one.src);
        assert.match(source, /^blob:/u);
        assert.ok(host.asked.some((one) => one.range !== undefined));
    },
    { share: long, host: { ranges: false }, expected: /ERR_ABORTED/u },
);

guestRule(
    "on plain http there is no worker: it is fetched whole, and plays",
    async (visit) => {
        const page = await visit.arrive();
        await page.getByRole("button", kPlay).click();
        await playing(page);
    },
    {
        share: long,
        host: { host: elsewhere ?? "127.0.0.1" },
        skip: elsewhere ? false : "this machine has no address but loopback",
    },
);

const moving = film(20);
const filmItem = (bytes: Uint8Array, more: Partial<ItemOf> = {}): ItemOf => ({
    kind: "film",
    width: 640,
    height: 360,
    name: "film-01",
    caption: "Mina in the meadow",
    parts: [
        { use: "small", type: "image/png", width: 320, height: 180, bytes: still(7) },
        { use: "poster", type: "image/png", width: 640, height: 360, bytes: still(8) },
        { use: "film", type: "video/mp4", width: 640, height: 360, seconds: 20, bytes },
    ],
    ...more,
});

guestRule(
    "a film shows its still, plays when Play is pressed, and is sought",
    async (visit, host) => {
        const page = await visit.arrive();
        await page.locator("figure img").waitFor();
        assert.equal(await page.locator("video").count(), 0);
        assert.ok(!host.content.some((one) => one.startsWith("film")));
        await visit.rest();
        const place = await page.locator("figure .hold").boundingBox();
        await page.getByRole("button", { name: "Play: Mina in the meadow" }).click();
        await playing(page);
        assert.deepEqual(await page.locator("figure .hold").boundingBox(), place);
        await page.locator("video").evaluate((one: HTMLVideoElement) => (one.currentTime = 17));
        await page.waitForFunction(() => {
            const media = document.querySelector("video")!;
            return media.currentTime > 17.1 && !media.seeking && media.readyState > 2;
        });
        assert.match(
            await page.locator("video").evaluate((one: HTMLVideoElement) => one.src),
            /\/playing-/u,
        );
    },
    {
        share: { cover: null, items: [filmItem(moving ?? new Uint8Array())] },
        skip: moving ? false : "ffmpeg is not here",
    },
);

guestRule(
    "Look at a film moves nothing, and its frame is that of its still",
    async (visit) => {
        const page = await visit.arrive();
        const below = page.locator("figure.wide");
        await below.locator("img").waitFor();
        await visit.rest();
        const before = await below.boundingBox();
        await page.getByRole("button", { name: "Look", exact: true }).click();
        await page.getByRole("button", { name: "Play: Mina in the meadow" }).waitFor();
        await page.locator(".place img").waitFor();
        await visit.rest();
        assert.deepEqual(await below.boundingBox(), before);
        const frame = (await page.locator(".place .hold").boundingBox())!;
        assert.ok(Math.abs(frame.width / frame.height - 640 / 360) < 0.01);
    },
    {
        share: {
            cover: null,
            items: [
                filmItem(new TextEncoder().encode("turned after it was taken"), {
                    width: 16,
                    height: 9,
                    cover: { line: "Mina." },
                    parts: [
                        {
                            use: "poster",
                            type: "image/png",
                            width: 640,
                            height: 360,
                            bytes: still(8),
                        },
                        {
                            use: "film",
                            type: "video/mp4",
                            width: 360,
                            height: 640,
                            bytes: new TextEncoder().encode("not a film"),
                        },
                    ],
                }),
                photograph(3, 2),
            ],
        },
    },
);

guestRule(
    "what the browser does not play says so",
    async (visit) => {
        const page = await visit.arrive();
        await page.getByRole("button", { name: "Play: Mina in the meadow" }).click();
        const said = page.getByText("This copy won’t open here. The original is safe.");
        await said.nth(2).waitFor();
        assert.equal(await said.count(), 3);
    },
    {
        share: {
            cover: null,
            items: [
                filmItem(new TextEncoder().encode("not a film")),
                { kind: "other", name: "file-01", parts: [] },
                photograph(3, 2, {
                    parts: [
                        {
                            use: "picture",
                            type: "image/svg+xml",
                            bytes: new TextEncoder().encode(
                                "<svg xmlns='http://www.w3.org/2000/svg'/>",
                            ),
                        },
                    ],
                }),
            ],
        },
        expected: /DEMUXER|Failed to load/u,
    },
);

const pages = (use: string, count: number) =>
    Array.from({ length: count }, (_, at) => ({
        use,
        type: "image/png",
        width: 1000,
        height: use === "page" ? 1414 : 750,
        bytes: Buffer.concat([still(40 + at), Buffer.alloc(32, at)]),
    }));

guestRule(
    "a paper is turned page by page, an ultrasound runs when asked to, words are read",
    async (visit, host) => {
        const page = await visit.arrive();
        const paper = page.locator("figure").first();
        await paper.locator("img").waitFor();
        assert.ok(!host.content.includes("page 0.1"));
        await paper.getByText("Page 1 of 3").waitFor();
        assert.equal(await paper.getByRole("button", { name: "Previous" }).isDisabled(), true);
        await paper.getByRole("button", { name: "Next" }).click();
        await paper.getByText("Page 2 of 3").waitFor();
        await paper.getByRole("img", { name: "Document, Page 2 of 3" }).waitFor();
        const loop = page.locator("figure").nth(1);
        await loop.scrollIntoViewIfNeeded();
        await loop.getByText("Picture 1 of 4").waitFor();
        await page.waitForTimeout(300);
        await loop.getByText("Picture 1 of 4").waitFor();
        await loop.getByRole("button", { name: "Play" }).click();
        await loop.getByText("Picture 3 of 4").waitFor();
        await loop.getByRole("button", { name: "Stop" }).click();
        await page.getByText("He has Joren’s hands.").waitFor();
    },
    {
        share: {
            cover: null,
            items: [
                { kind: "paper", name: "paper-01", parts: pages("page", 3) },
                { kind: "ultrasound", name: "ultrasound-01", parts: pages("frame", 4) },
                {
                    kind: "words",
                    name: "words-01",
                    parts: [
                        {
                            use: "text",
                            type: "text/plain",
                            bytes: new TextEncoder().encode("He has Joren’s hands.\n\nAna"),
                        },
                    ],
                },
            ],
        },
        expected: /ERR_ABORTED/u,
    },
);

guestRule(
    "rules 1, 2: of a covered recording no length in seconds, no waveform and no name is there before the look",
    async (visit, host) => {
        const page = await visit.arrive();
        const place = page.locator(".covered");
        await place.waitFor();
        assert.equal(await place.locator("button").count(), 2);
        assert.match(await place.innerText(), /^The room\.\n+Recording\n/u);
        assert.deepEqual(host.content, ["manifest.age", "inside"]);
        await place.getByRole("button", { name: "Look" }).click();
        await place.getByRole("button", { name: "Play: The room, with the birds" }).click();
        await playing(page);
        await place.locator("svg.wave").waitFor();
        await page.keyboard.press("Escape");
        await place.getByRole("heading", { name: "The room." }).waitFor();
        await page.locator("audio, svg.wave").waitFor({ state: "detached" });
    },
    {
        share: {
            cover: null,
            items: [recording(4, "The room, with the birds", { cover: { line: "The room." } })],
        },
    },
);
