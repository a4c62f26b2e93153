import { writeSync } from "node:fs";
import { gzipSync } from "node:zlib";

import type { Browser, CDPSession, Page } from "playwright-core";

import type { TimelineItems } from "../src/api/types.ts";
import { desk, launch, serve, skip } from "./browser.ts";
import { Session } from "./program/serving.ts";

/** How fast the pages are with 300,000 items, 70,000 of them in one month. Prints one line a figure: name, value, what is asked.
 *
 * The first part with the processor slowed down four times, as a phone is; scrolling and scrubbing without. Where
 * KEEPSAKE_BENCH_AT names a program that serves such an archive (bench/pages), it is asked; else the small server of the tests. */

const kMiddle = 150_000;

interface Figure {
    name: string;
    value: number;
    most: number;
    unit: string;
}

const figures: Figure[] = [];

function note(name: string, value: number, most: number, unit: string): void {
    figures.push({ name, value, most, unit });
    writeSync(
        1,
        `${name.padEnd(58)} ${value.toFixed(unit === "" ? 3 : 0).padStart(7)} ${unit.padEnd(3)} at most ${most}\n`,
    );
}

/** A figure that nothing is asked of. */
function tell(name: string, value: number, unit: string): void {
    writeSync(1, `${name.padEnd(58)} ${value.toFixed(0).padStart(7)} ${unit}\n`);
}

const kWatch = `
    window.seen = { longest: 0, long: 0, shift: 0, events: [] };
    new PerformanceObserver((list) => list.getEntries().forEach((one) => {
        seen.longest = Math.max(seen.longest, one.duration);
        seen.long += 1;
    })).observe({ type: "longtask", buffered: true });
    new PerformanceObserver((list) => list.getEntries().forEach((one) => {
        if (!one.hadRecentInput) seen.shift += one.value;
    })).observe({ type: "layout-shift", buffered: true });
    new PerformanceObserver((list) => list.getEntries().forEach((one) => {
        if (one.interactionId) seen.events.push(one.duration);
    })).observe({ type: "event", buffered: true, durationThreshold: 16 });
`;

interface Seen {
    longest: number;
    long: number;
    shift: number;
    events: number[];
}

const seenOf = (page: Page) => page.evaluate("seen") as Promise<Seen>;
const forget = (page: Page) =>
    page.evaluate("Object.assign(seen, { longest: 0, long: 0, events: [] })");

interface House {
    readonly address: string;
    readonly cookie: string;
    stop(): Promise<unknown>;
}

/** The tests' server, where nobody else is: it answers at once, whatever it is asked. */
async function small(): Promise<House> {
    const fake = await serve({
        months: Array.from({ length: 231 }, (_, at): [string, number] => [
            `${2000 + Math.floor(at / 12)}-${String(1 + (at % 12)).padStart(2, "0")}`,
            at === 100 ? 70_000 : 1000,
        ]),
    });
    fake.settings.set("", {
        language: "",
        theme: "",
        shortcuts: true,
        locks_after_minutes: 15,
        place: fake.things[kMiddle]!.id,
    });
    return { address: fake.address, cookie: "", stop: () => fake.stop() };
}

async function house(): Promise<House> {
    const address = process.env.KEEPSAKE_BENCH_AT;
    if (!address) return small();
    const session = new Session(address.replace(/\/$/u, ""));
    await session.ask("POST", "/session", { passphrase: process.env.KEEPSAKE_BENCH_PASSPHRASE });
    const { items } = await session.ask<TimelineItems>(
        "GET",
        `/timeline/items?first=${kMiddle}&count=1`,
    );
    await session.ask("PATCH", "/settings", { place: items[0]!.id });
    return { address: session.address, cookie: session.cookie, stop: async () => {} };
}

async function pageOf(browser: Browser, { address, cookie }: House): Promise<Page> {
    const context = await browser.newContext({ reducedMotion: "reduce", ...desk });
    const [name, value] = cookie.split("=");
    if (name && value) await context.addCookies([{ name, value, url: address }]);
    const page = await context.newPage();
    await page.addInitScript(kWatch);
    return page;
}

/** What all scripts weigh, packed by gzip, that a page fetches until it has shown itself. */
async function scriptOf(browser: Browser, at: House, place: string): Promise<number> {
    const page = await pageOf(browser, at);
    const scripts: Promise<Buffer>[] = [];
    page.on("response", (response) => {
        if (response.request().resourceType() === "script") scripts.push(response.body());
    });
    await page.goto(`${at.address}/#/${place}`);
    await page.locator("main h1").first().waitFor();
    await page.waitForTimeout(2000);
    const bodies = await Promise.all(scripts);
    await page.context().close();
    return bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0) / 1000;
}

async function heap(cdp: CDPSession): Promise<number> {
    await cdp.send("HeapProfiler.collectGarbage");
    const { usedSize } = await cdp.send("Runtime.getHeapUsage");
    return usedSize / 1e6;
}

async function slowed(browser: Browser, at: House): Promise<void> {
    const firsts: number[] = [];
    for (let round = 0; round < 5; round += 1) {
        const page = await pageOf(browser, at);
        const cdp = await page.context().newCDPSession(page);
        await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
        await page.addInitScript(() => {
            document.addEventListener(
                "load",
                (event) => {
                    const one = event.target as HTMLElement;
                    if (one instanceof HTMLImageElement)
                        requestAnimationFrame(
                            () =>
                                ((window as unknown as { first?: number }).first ??=
                                    performance.now()),
                        );
                },
                { capture: true },
            );
        });
        await page.goto(`${at.address}/#/timeline`);
        const first = await page.waitForFunction(
            () => (window as unknown as { first?: number }).first,
        );
        firsts.push((await first.jsonValue()) as number);
        if (round === 4) await interact(page);
        await page.context().close();
    }
    const [coldest] = firsts;
    firsts.sort((a, b) => a - b);
    note("first picture of the timeline, slowed four times (middle of 5)", firsts[2]!, 1500, "ms");
    tell("the first of the five", coldest!, "ms");
}

async function interact(page: Page): Promise<void> {
    await page.waitForTimeout(1000);
    await forget(page);
    await page.locator(".cell a[tabindex='0']").focus();
    for (let at = 0; at < 30; at += 1) {
        await page.keyboard.press(["ArrowRight", "ArrowDown", "PageDown"][at % 3]!);
        await page.waitForTimeout(120);
    }
    for (let at = 0; at < 6; at += 1) {
        await page.locator(".cell a").nth(20).click();
        await page.locator("dialog.view").waitFor();
        await page.waitForTimeout(200);
        await page.keyboard.press("Escape");
        await page.waitForFunction(() => !document.querySelector("dialog"));
        await page.waitForTimeout(150);
    }
    const { events, shift } = await seenOf(page);
    events.sort((a, b) => a - b);
    note(
        "INP, 75th of 100, processor slowed four times",
        events[Math.floor(events.length * 0.75)] ?? 0,
        200,
        "ms",
    );
    note("CLS", shift, 0.05, "");
}

async function throughEverything(browser: Browser, at: House): Promise<void> {
    const page = await pageOf(browser, at);
    const cdp = await page.context().newCDPSession(page);
    let pictures = 0;
    page.on("response", (one) => {
        if (one.request().resourceType() === "image" && one.status() === 200) pictures += 1;
    });
    await page.goto(`${at.address}/#/timeline`);
    await page.locator(".cell img").first().waitFor();
    await page.waitForTimeout(500);
    await forget(page);
    const frames = (await page.evaluate(`(async () => {
        let frames = 0, go = true;
        const count = () => { frames += 1; if (go) requestAnimationFrame(count); };
        requestAnimationFrame(count);
        const began = performance.now();
        for (let at = 0; at < 240; at += 1) { scrollBy(0, 130); await new Promise(requestAnimationFrame); }
        const box = document.querySelector(".grid-box").clientHeight;
        for (let at = 0; at <= 150; at += 1) {
            scrollTo(0, (box * at) / 150);
            await new Promise((done) => setTimeout(done, at % 5 === 0 ? 180 : 30));
        }
        go = false;
        return (frames * 1000) / (performance.now() - began);
    })()`)) as number;
    await page.locator(".years [tabindex='0']").focus();
    for (let at = 0; at < 40; at += 1) {
        await page.keyboard.press(at % 2 ? "PageUp" : "ArrowUp");
        await page.waitForTimeout(40);
    }
    const { longest } = await seenOf(page);
    note("longest task while scrolling and scrubbing through everything", longest, 50, "ms");
    tell("frames a second meanwhile", frames, "");
    tell("pictures that came meanwhile", pictures, "");
    note("heap after that", await heap(cdp), 100, "MB");
    const box = await page.locator(".grid-box").evaluate((one) => one.clientHeight);
    note("height of the scroll box", box, 7_500_000, "px");
    await page.context().close();
}

async function main(): Promise<void> {
    const at = await house();
    const browser = await launch();
    try {
        for (const [name, place] of [
            ["home", ""],
            ["timeline", "timeline"],
        ] as const)
            note(
                `script of the first page (${name}), gzipped`,
                await scriptOf(browser, at, place),
                120,
                "KB",
            );
        await slowed(browser, at);
        await throughEverything(browser, at);
    } finally {
        await browser.close();
        await at.stop();
    }
    process.exitCode = figures.some((one) => one.value > one.most) ? 1 : 0;
}

if (skip) console.log(`passed over: ${skip}`);
else await main();
