import { writeSync } from "node:fs";

import type { CDPSession, Page } from "playwright-core";

import { desk, launch, serve, skip, Visit } from "./browser.ts";

/** How fast the pages are with 300,000 items, 70,000 of them in one month. Prints one line a figure: name, value, what is asked.
 *
 * The first part with the processor slowed down four times, as a phone is; scrolling and scrubbing without. */

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

async function heap(cdp: CDPSession): Promise<number> {
    await cdp.send("HeapProfiler.collectGarbage");
    const { usedSize } = await cdp.send("Runtime.getHeapUsage");
    return usedSize / 1e6;
}

async function main(): Promise<void> {
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
        place: fake.things[150_000]!.id,
    });
    const browser = await launch();
    try {
        const firsts: number[] = [];
        for (let round = 0; round < 5; round += 1) {
            const visit = await Visit.begin(browser, fake, desk);
            const { page } = visit;
            const cdp = await visit.context.newCDPSession(page);
            await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
            await page.addInitScript(kWatch);
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
            await page.goto(`${fake.address}/#/timeline`);
            firsts.push(
                (await (
                    await page.waitForFunction(
                        () => (window as unknown as { first?: number }).first,
                    )
                ).jsonValue()) as number,
            );
            if (round === 4) {
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
            await visit.end();
        }
        firsts.sort((a, b) => a - b);
        note(
            "first picture of the timeline, slowed four times (middle of 5)",
            firsts[2]!,
            1500,
            "ms",
        );

        const visit = await Visit.begin(browser, fake, desk);
        const { page } = visit;
        const cdp = await visit.context.newCDPSession(page);
        await page.addInitScript(kWatch);
        await page.goto(`${fake.address}/#/timeline`);
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
        writeSync(
            1,
            `${"frames a second meanwhile".padEnd(58)} ${frames.toFixed(0).padStart(7)}\n`,
        );
        note("heap after that", await heap(cdp), 100, "MB");
        const box = await page.locator(".grid-box").evaluate((one) => one.clientHeight);
        note("height of the scroll box", box, 7_500_000, "px");
        await visit.end();
    } finally {
        await browser.close();
        await fake.stop();
    }
    process.exitCode = figures.some((one) => one.value > one.most) ? 1 : 0;
}

if (skip) console.log(`passed over: ${skip}`);
else await main();
