import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Browser, BrowserContextOptions } from "playwright-core";

import { desk, launch, phone, skip, webFolder } from "./browser.ts";
import { Host } from "./fake/host.ts";
import { photographs } from "./fake/photographs.ts";
import { makeShare, type ItemOf, type ShareOf } from "./fake/share.ts";
import { emil, GuestVisit, recording } from "./guest.ts";

/** Every state of the guest page, on a desk and on a phone, light and dark: docs/screens/guest-*. The pictures are made up. */
const out = join(webFolder, "..", "docs", "screens");

const shapes: [string, BrowserContextOptions][] = [
    ["desk-light", { ...desk, colorScheme: "light" }],
    ["desk-dark", { ...desk, colorScheme: "dark" }],
    ["phone-light", { ...phone, deviceScaleFactor: 1, colorScheme: "light" }],
    ["phone-dark", { ...phone, deviceScaleFactor: 1, colorScheme: "dark" }],
];

async function still(
    browser: Browser,
    seed: number,
    ratio: number,
    more: Partial<ItemOf> = {},
): Promise<ItemOf> {
    const [small, large] = await photographs(browser, [
        { seed, ratio, width: 320 },
        { seed, ratio, width: 1440 },
    ]);
    return {
        kind: "photograph",
        width: Math.round(ratio * 1000),
        height: 1000,
        name: `photograph-${seed}`,
        parts: [
            { use: "small", type: "image/jpeg", bytes: small! },
            { use: "picture", type: "image/jpeg", bytes: large! },
        ],
        ...more,
    };
}

async function story(browser: Browser): Promise<ShareOf> {
    const one = emil();
    const pictures: Record<number, [number, number]> = {
        0: [3, 1.778],
        1: [12, 1],
        2: [7, 1.5],
        4: [5, 1.778],
        5: [14, 0.75],
    };
    for (const [at, [seed, ratio]] of Object.entries(pictures)) {
        const { caption, cover } = one.items[Number(at)]!;
        one.items[Number(at)] = await still(browser, seed, ratio, {
            caption: caption ?? null,
            ...(cover ? { cover, width: Math.round(ratio * 100), height: 100 } : {}),
        });
    }
    return one;
}

async function others(browser: Browser): Promise<ShareOf> {
    const [paper, frame, poster, first] = await photographs(browser, [
        { seed: 21, ratio: 0.707, width: 1000 },
        { seed: 22, ratio: 1.333, width: 1000 },
        { seed: 23, ratio: 1.778, width: 1440 },
        { seed: 24, ratio: 1.5, width: 1440 },
    ]);
    const jpeg = { type: "image/jpeg", width: 1000 };
    return {
        cover: null,
        items: [
            await still(browser, 24, 1.5, {
                parts: [{ use: "picture", type: "image/jpeg", bytes: first! }],
                caption: "Mina and Luka, the first warm day.",
            }),
            {
                kind: "film",
                width: 1778,
                height: 1000,
                name: "film-01",
                caption: "Mina in the meadow",
                parts: [
                    { use: "poster", type: "image/jpeg", bytes: poster! },
                    {
                        use: "film",
                        type: "video/mp4",
                        seconds: 94,
                        width: 1778,
                        height: 1000,
                        bytes: Buffer.from("no film"),
                    },
                ],
            },
            recording(124, "Nils tells about the harbour"),
            {
                kind: "paper",
                name: "paper-01",
                caption: "Ana’s letter, May 1961.",
                parts: [0, 1, 2].map(() => ({
                    use: "page",
                    ...jpeg,
                    height: 1414,
                    bytes: paper!,
                })),
            },
            {
                kind: "ultrasound",
                name: "ultrasound-01",
                parts: [0, 1, 2].map(() => ({
                    use: "frame",
                    ...jpeg,
                    height: 750,
                    bytes: frame!,
                })),
            },
        ],
    };
}

type Scene = (visit: GuestVisit, save: (name: string) => Promise<void>) => Promise<void>;

const words: Scene = async (visit, save) => {
    await visit.arrive();
    await save("arrive");
    await visit.button("Tell me more").click();
    await save("arrive-more");
    await visit.button("Not now").click();
    await save("not-now");
};

const reading: Scene = async (visit, save) => {
    const page = await visit.look();
    await page.locator(".pair img").nth(1).waitFor();
    await save("story");
    const covered = page.locator(".covered").first();
    const below = () =>
        covered.evaluate((one) => scrollTo(0, scrollY + one.getBoundingClientRect().top - 40));
    await below();
    await page.mouse.move(0, 0);
    await save("story-below");
    await visit.button("Look").first().click();
    await covered.locator("img").waitFor();
    await page.waitForTimeout(300);
    await below();
    await save("story-looked");
    await covered.getByRole("button", { name: "Cover again" }).click();
    await covered.getByRole("button", { name: "Not now" }).click();
    await page.getByRole("button", { name: /^Play: / }).click();
    await page.getByRole("slider").waitFor();
    await below();
    await save("story-folded");
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForTimeout(500);
    await save("story-end");
    await page.evaluate(() => scrollTo(0, 0));
    await visit.button("Save this").click();
    await save("save");
};

const items: Scene = async (visit, save) => {
    const page = await visit.arrive();
    for (const [at, name] of ["items", "items-film", "", "items-paper", ""].entries()) {
        if (name === "") continue;
        await page
            .locator("figure")
            .nth(at)
            .evaluate((one) => scrollTo(0, scrollY + one.getBoundingClientRect().top - 90));
        await page.locator("figure").nth(at).locator("img").first().waitFor();
        await page.waitForTimeout(300);
        await save(name);
    }
};

const locked: Scene = async (visit, save) => {
    const page = await visit.arrive();
    await save("passphrase");
    await page.getByLabel("Passphrase").fill("the gull");
    await visit.button("Open").click();
    await page.getByText("That is not it.").waitFor();
    await save("passphrase-wrong");
};

const says =
    (name: string, link: (host: Host) => string = (host) => host.link): Scene =>
    async (visit, save) => {
        await visit.arrive(link(visit.host));
        await save(name);
    };

const ended: Scene = async (visit, save) => {
    visit.host.status = 410;
    await says("ended")(visit, save);
};

const changed: Scene = async (visit, save) => {
    const { host } = visit;
    for (const what of ["inside", "leaf 2"]) {
        const name = host.made.names.get(what)!;
        host.files.set(name, host.files.get(name)!.slice(0, -1));
        if (what === "inside") {
            await visit.arrive();
            await visit.button("Look").click();
            await visit.page.getByText("This was changed").waitFor();
            await save("changed");
            host.files.set(name, host.made.files.get(name)!);
        }
    }
};

async function main(): Promise<void> {
    mkdirSync(out, { recursive: true });
    const browser = await launch();
    const whole = await story(browser);
    const hint = "What Nils called the boat";
    const scenes: [ShareOf, Scene][] = [
        [whole, words],
        [whole, reading],
        [await others(browser), items],
        [emil({ passphrase: "petrel", hint }), locked],
        [emil(), says("cut", (host) => host.link.slice(0, -9))],
        [emil(), says("told", (host) => host.link.replace("#", "%23"))],
        [emil(), ended],
        [emil(), changed],
        [emil({ version: 2 }), says("newer")],
    ];
    for (const [share, scene] of scenes) {
        const made = await makeShare(share);
        for (const [shape, options] of shapes) {
            const host = new Host(webFolder, made);
            await host.start();
            const visit = await GuestVisit.begin(browser, host, options);
            await scene(visit, async (name) => {
                await visit.page.evaluate(() => document.fonts.ready);
                await visit.page.screenshot({ path: join(out, `guest-${name}-${shape}.png`) });
            });
            await visit.context.close();
            await host.stop();
        }
    }
    await browser.close();
}

if (skip) console.log(`passed over: ${skip}`);
else await main();
