import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { BrowserContextOptions, Page } from "playwright-core";

import { desk, family, launch, phone, serve, skip, Visit, webFolder } from "./browser.ts";
import type { Fake } from "./fake/server.ts";
import { makeRoom } from "./fake/uploads.ts";
import { summer } from "./story.ts";

/** Every page, on a desk and on a phone, light and dark: docs/screens. The pictures in them are made up (fake/landscape.ts). */
const out = join(webFolder, "..", "docs", "screens");
const only = process.argv[2] ?? "";

const shapes: [string, BrowserContextOptions][] = [
    ["desk-light", { ...desk, colorScheme: "light" }],
    ["desk-dark", { ...desk, colorScheme: "dark" }],
    ["phone-light", { ...phone, deviceScaleFactor: 1, colorScheme: "light" }],
    ["phone-dark", { ...phone, deviceScaleFactor: 1, colorScheme: "dark" }],
];

async function scenes(visit: Visit, save: (name: string) => Promise<void>): Promise<void> {
    const { page, fake } = visit;
    const july = fake.sections.find((one) => one.date === "2016-07")!.first;
    const go = async (place: string) => {
        await page.goto("about:blank");
        await visit.go(place);
        await page.waitForTimeout(500);
    };
    await go("home");
    await save("home");
    await go("timeline");
    await save("timeline");
    const cell = (at: number) => page.locator(`.cell a[data-index="${july + at}"]`);
    await cell(1).click({ modifiers: ["Shift"] });
    for (const at of [2, 3]) await cell(at).click();
    await save("timeline-picking");
    await go(`moment/${fake.moments[0]!.id}`);
    await save("moment");
    await page.mouse.wheel(0, 900);
    await page.waitForTimeout(400);
    await save("moment-below");
    await stories(visit, go, save);
    await go(`moment/${fake.moments[1]!.id}`);
    await save("cover");
    await page.getByRole("button", { name: "Tell me more" }).click();
    await save("cover-more");
    await go(`timeline?item=${fake.things[july + 1]!.id}`);
    await save("viewer");
    await page.getByRole("button", { name: "Details" }).click();
    await page.waitForTimeout(200);
    await save("viewer-details");
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Show a part of it" }).click();
    for (const [side, keys] of [
        ["Left side", ["PageDown", "PageDown"]],
        ["Lower side", ["PageUp", "PageUp"]],
    ] as const) {
        await page.getByRole("slider", { name: side }).focus();
        for (const key of keys) await page.keyboard.press(key);
    }
    await page.waitForTimeout(200);
    await save("crop");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Cover" }).click();
    await save("cover-form");
    await go(`timeline?item=${fake.things[july + 5]!.id}`);
    await save("viewer-cover");
    await showing(visit, go, save);
    await go("keep");
    await save("keep");
    await keepSome(page, fake);
    await save("keep-done");
    Object.assign(fake.room, { archive: 500_000, onItsWay: 800_000 });
    await page.getByRole("button", { name: "Keep more" }).click();
    await giveSome(page);
    await page.getByText(/^3 files wait for room/u).waitFor();
    await page.waitForTimeout(1000);
    await save("keep-no-room");
    makeRoom(fake);
    await go("just-kept");
    await save("just-kept");
    await go("find?words=light");
    await save("find");
    await go("care");
    await save("care");
    await go("quiet");
    await save("quiet");
    await go("settings");
    await save("settings");
    await go("let-go");
    await save("let-go");
}

/** A moment's story, read and written, with its versions. */
async function stories(
    visit: Visit,
    go: (place: string) => Promise<void>,
    save: (name: string) => Promise<void>,
): Promise<void> {
    const { page, fake } = visit;
    const { moment } = summer(visit);
    const [first] = fake.stories.standing(moment);
    await go(`moment/${moment.id}`);
    await page.locator(".story .cov").scrollIntoViewIfNeeded();
    await page.waitForTimeout(400);
    await save("moment-story");
    await go(`story/${fake.moments[3]!.id}`);
    await save("editor-empty");
    await go(`story/${moment.id}`);
    await page.locator(".writing .text").first().click();
    await page.keyboard.press("End");
    await page.keyboard.type(" It rained for two of them.");
    await page.getByText("Draft. Only you.").waitFor();
    await save("editor");
    await page.getByRole("button", { name: "Pair", exact: true }).click();
    await page.getByRole("dialog").locator(".tray-grid button").first().click();
    await page.waitForTimeout(300);
    await save("editor-pair");
    await page.keyboard.press("Escape");
    const follows = [first!.version];
    const [ines, joren] = fake.people;
    const text = `${moment.story}\n\nWe never did.`;
    fake.stories.write(moment, { text, follows }, "Kitchen", ines!);
    fake.stories.told(moment).drafts.clear();
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Versions" }).click();
    await page.locator(".versions button").first().click();
    await page.locator(".compared .changes").waitFor();
    await page.waitForTimeout(200);
    await save("editor-versions");
    fake.stories.write(moment, { text: "It rained.", follows }, "Joren’s phone", joren!);
    fake.stories.told(moment).drafts.clear();
    await go(`story/${moment.id}`);
    await page.locator(".beside-versions").scrollIntoViewIfNeeded();
    await page.waitForTimeout(300);
    await save("editor-beside");
}

async function showing(
    { page, fake }: Visit,
    go: (place: string) => Promise<void>,
    save: (name: string) => Promise<void>,
): Promise<void> {
    await go(`show/${fake.moments[1]!.id}`);
    await page.getByLabel("Who is it for?").fill("Ana");
    await page.getByLabel("A passphrase, if you like").fill("the name of the boat");
    await page.getByLabel("A hint that Ana sees").fill("What Nils called the boat");
    await page.evaluate(() => scrollTo(0, 0));
    await save("show");
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForTimeout(200);
    await save("show-below");
    fake.shares.isQuick = false;
    await page.getByRole("button", { name: "Make the link" }).click();
    await page.getByText("Making copies, 1 of 3").waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    await save("show-making");
    fake.shares.finish([...fake.shares.showings.keys()].at(-1)!);
    await page.getByRole("img", { name: /phone/u }).waitFor();
    await save("show-ready");
    fake.shares.isQuick = true;
    const urke = fake.moments[0]!;
    fake.shares.add({
        to: "Mikko",
        what: "moment",
        moment: urke.id,
        name: urke.name,
        until: "2030-06-30",
        where: [
            {
                as: "folder",
                device: "attic",
                path: "/srv/www/urke",
                at: "https://family.example/s",
            },
        ],
    });
    fake.shares.add({
        to: "Grandmother",
        items: 3,
        where: [{ as: "download", device: null, path: "shown-3f2a9c1e.html", at: null }],
    });
    await go("shown");
    await save("shown");
    await page.getByRole("button", { name: /^End: Ana/u }).click();
    await page.waitForTimeout(200);
    await save("shown-end");
    await page.keyboard.press("Escape");
}

async function keepSome(page: Page, fake: Fake): Promise<void> {
    fake.failing.add("VTS_01_3.VOB");
    await giveSome(page);
    await page.getByText(/^Kept\. /u).waitFor();
    await page.waitForTimeout(200);
}

async function giveSome(page: Page): Promise<void> {
    const choosing = page.waitForEvent("filechooser");
    await page.locator("button.sheet").click();
    const names = [
        "VTS_01_3.VOB",
        "VTS_01_4.VOB",
        "Heart, 12 March.wav",
        "Footprints.tif",
        "IMG_2204.HEIC",
        "IMG_2203.HEIC",
    ];
    const types: Record<string, string> = {
        wav: "audio/wav",
        tif: "image/tiff",
        HEIC: "image/heic",
    };
    await (
        await choosing
    ).setFiles(
        names.map((name, at) => ({
            name,
            mimeType: types[name.split(".").at(-1)!] ?? "",
            buffer: Buffer.alloc(900_000 - at * 120_000, at),
        })),
    );
}

async function main(): Promise<void> {
    mkdirSync(out, { recursive: true });
    const browser = await launch();
    for (const [shape, options] of shapes) {
        if (!shape.includes(only)) continue;
        const fake = await family();
        fake.isScenic = true;
        for (const number of [150, 151, 152]) fake.things[number]!.justKept = true;
        fake.things[140]!.letGo = true;
        fake.moments[3]!.quiet.add(fake.me!);
        fake.quietDates.set(fake.me!, new Set(["03-14"]));
        const visit = await Visit.begin(browser, fake, options);
        const save = async (name: string) =>
            void (await visit.page.screenshot({ path: join(out, `${name}-${shape}.png`) }));
        await scenes(visit, save);
        await visit.end();
        await fake.stop();
        const empty = await serve({ state: "none" });
        const first = await Visit.begin(browser, empty, options);
        await first.go("");
        await first.page.waitForTimeout(300);
        await first.page.screenshot({ path: join(out, `first-open-${shape}.png`) });
        empty.nearby = ["/media/ines/SILVER/Keepsake", "/home/ines/From Ana/Keepsake"];
        await first.page.getByRole("button", { name: "I was given a kit" }).click();
        await first.page.getByRole("button", { name: /SILVER/u }).waitFor();
        await first.page.screenshot({ path: join(out, `kit-${shape}.png`) });
        empty.state = "locked";
        await first.page.reload();
        await first.page.getByLabel("Your passphrase").waitFor();
        await first.page.waitForTimeout(300);
        await first.page.screenshot({ path: join(out, `unlock-${shape}.png`) });
        empty.state = "open";
        await first.page.reload();
        await first.page.getByText("No moments yet.").waitFor();
        await first.page.waitForTimeout(300);
        await first.page.screenshot({ path: join(out, `home-empty-${shape}.png`) });
        await first.end();
        await empty.stop();
    }
    await browser.close();
}

if (skip) console.log(`passed over: ${skip}`);
else await main();
