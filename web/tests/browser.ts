import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";

import {
    chromium,
    type Browser,
    type BrowserContext,
    type BrowserContextOptions,
    type Page,
} from "playwright-core";

import { Fake, type Options } from "./fake/server.ts";

/**
 * Debian's chromium without its windows, which are drawn by the processor even where nobody sees them; KEEPSAKE_CHROMIUM
 * names another.
 */
export const chromiumPath = process.env.KEEPSAKE_CHROMIUM ?? "/usr/bin/chromium-headless-shell";
export const skip = existsSync(chromiumPath) ? false : `there is no chromium at ${chromiumPath}`;
/** After this a test hangs; a busy machine is only slow. */
export const kLongestMs = 180_000;
export const webFolder = process.env.KEEPSAKE_WEB ?? process.cwd();

export const desk: BrowserContextOptions = {
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
};
export const phone: BrowserContextOptions = {
    viewport: { width: 390, height: 844 },
    locale: "en-GB",
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
};

export async function launch(more: readonly string[] = []): Promise<Browser> {
    return chromium.launch({
        executablePath: chromiumPath,
        // A test may run as root, in a container without user namespaces and with a small /dev/shm.
        args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", ...more],
    });
}

/** As long as Playwright waits for what is to be on a page. */
const kSoonMs = 30_000;

/** Tries this until it holds: for what comes a little after an action. What it threw last is thrown. */
export async function soon(check: () => unknown): Promise<void> {
    const until = Date.now() + kSoonMs;
    for (;;) {
        try {
            await check();
            return;
        } catch (error) {
            if (Date.now() > until) throw error;
        }
        await new Promise((wake) => setTimeout(wake, 40));
    }
}

export async function focused(page: Page): Promise<string> {
    return page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
}

/** Waits until what says this has the focus. */
export async function focusComesTo(page: Page, words: string): Promise<void> {
    await soon(async () => assert.equal(await focused(page), words));
}

/** What a server of the tests tells of its work. */
export interface Working {
    /** requests that were not answered yet */
    readonly busy: number;
    /** all that ever came */
    readonly heard: number;
}

/** Waits until a page has come to rest: all that it asked for is answered, it asks for no more, and has nothing else to do. */
export async function rest(page: Page, server: Working): Promise<void> {
    const until = Date.now() + kSoonMs;
    for (let calm = 0; calm < 3;) {
        assert.ok(Date.now() < until, "the page does not come to rest");
        const { heard } = server;
        await page.evaluate(async () => {
            await document.fonts.ready;
            await new Promise<void>((idle) => requestIdleCallback(() => idle(), { timeout: 5000 }));
        });
        await new Promise((wake) => setTimeout(wake, 60));
        calm = server.busy === 0 && server.heard === heard ? calm + 1 : 0;
    }
}

/** A page, and all that it said and asked for. */
export class Visit {
    readonly page: Page;
    readonly context: BrowserContext;
    readonly fake: Fake;
    readonly problems: string[] = [];

    private constructor(page: Page, fake: Fake) {
        this.page = page;
        this.context = page.context();
        this.fake = fake;
    }

    static async begin(
        browser: Browser,
        fake: Fake,
        options: BrowserContextOptions = desk,
    ): Promise<Visit> {
        const context = await browser.newContext({ reducedMotion: "reduce", ...options });
        const page = await context.newPage();
        const visit = new Visit(page, fake);
        page.on("console", (message) => {
            if (message.type() === "error" || message.type() === "warning")
                visit.problems.push(message.text());
        });
        page.on("pageerror", (error) => visit.problems.push(String(error)));
        page.on("request", (request) => {
            if (!request.url().startsWith(fake.address) && !request.url().startsWith("blob:"))
                visit.problems.push(`a request to another host: ${request.url()}`);
        });
        return visit;
    }

    /** Opens a place. When this is done, what was shown before has gone, and the page hears what the server tells. */
    async go(place: string): Promise<Page> {
        const { page, fake } = this;
        const address = `${fake.address}/#/${place}`;
        const room = (of: string) => of.split("?")[0];
        // A room stays as it is where only what is looked at in it is another.
        if (room(page.url()) === room(address)) await page.goto("about:blank");
        if (page.url() === "about:blank") await soon(() => assert.ok(!fake.isListenedTo));
        await page.evaluate(() => {
            for (const one of document.querySelectorAll<HTMLElement>("h1, dialog"))
                one.dataset.before = "";
        });
        await page.goto(address);
        await page.waitForSelector("h1:not([data-before]), dialog:not([data-before])");
        if (fake.state === "open") await soon(() => assert.ok(fake.isListenedTo));
        return page;
    }

    async rest(): Promise<void> {
        await rest(this.page, this.fake);
    }

    async end(): Promise<void> {
        await this.context.close();
    }
}

/** Requests of this kind wait until the gate is opened: what happens meanwhile happens before any answer. */
export async function held(
    page: Page,
    method: string,
    path: RegExp,
): Promise<{ open: () => Promise<void> }> {
    const waiting: (() => void)[] = [];
    let isOpen = false;
    const isMeant = (url: URL) => path.test(url.pathname);
    await page.route(isMeant, async (route) => {
        if (route.request().method() === method && !isOpen)
            await new Promise<void>((go) => waiting.push(go));
        await route.continue();
    });
    return {
        open: async () => {
            while (waiting.length === 0) await page.waitForTimeout(20);
            isOpen = true;
            for (const go of waiting) go();
        },
    };
}

export async function serve(options: Omit<Options, "pages"> = {}): Promise<Fake> {
    const fake = new Fake({ pages: join(webFolder, "dist"), ...options });
    await fake.start();
    return fake;
}

/** A family: some months, moments, people, covers. */
export async function family(): Promise<Fake> {
    const fake = await serve({
        months: [
            ["1961", 3],
            ["1974-06", 5],
            ["1987-08", 9],
            ["2008-12", 6],
            ["2014-12", 12],
            ["2015-05", 14],
            ["2016-03", 6],
            ["2016-07", 22],
            ["2016-08", 30],
            ["2016-12", 9],
            ["2017-05", 16],
            ["2019-03", 18],
            ["2021-09", 12],
            ["2023-01", 8],
            ["2024-06", 25],
            ["", 4],
        ],
    });
    const [ines, joren] = ["Ines", "Joren", "Luka", "Ana", "Mina"].map((name) =>
        fake.addPerson(name),
    );
    fake.me = ines!.id;
    const july = fake.sections.find((one) => one.date === "2016-07")!.first;
    const march = fake.sections.find((one) => one.date === "2019-03")!.first;
    for (const at of [july + 5, july + 7]) {
        fake.things[at]!.cover = "Nils in hospital, the week before he died.";
        fake.things[at]!.coverBy = "Ines";
    }
    fake.things[july + 7]!.kind = "film";
    const numbers = (first: number, count: number) =>
        Array.from({ length: count }, (_, at) => first + at);
    const front = (number: number) => ({ front: fake.things[number]!.id });
    fake.addMoment("Summer at Urke", numbers(july + 8, 8), {
        ...front(july + 8),
        dateText: "July 2016",
        people: fake.people.map((one) => one.id),
        story:
            "We had borrowed the boat shed for three weeks, and it rained for two of them. Nobody minded. Luka read the whole almanac aloud, in voices, and Mina learned to swim in the five dry days that were left.\n\n" +
            "On the last evening the wind dropped, and the lake lay so still that Ana would not let anyone throw a stone.",
    });
    fake.addMoment("Emil", numbers(march, 7), {
        dateText: "14 March 2019",
        cover: "Our son, born at twenty weeks. He had died. His hands and his face, and the three of us.",
        coverMore:
            "He lies in the blanket that Ana knitted. His skin is dark and thin, as it is at twenty weeks. Two photographs show his whole body, one his face, one his hands in ours, two the three of us.\n\nThe recording is the room: birds, and Joren speaking to him.",
        coverBy: "Ines",
        story: "He came on a Thursday, a little after four in the morning.",
        people: [ines!.id, joren!.id],
    });
    fake.addMoment("Ana’s letters to Nils", [0, 1, 2], { dateText: "1961 to 1968" });
    fake.addMoment("Ana’s garden", numbers(30, 4), { ...front(33), dateText: "Every May" });
    fake.addMoment("The first winter up there", numbers(20, 5), {
        ...front(24),
        dateText: "December 2014",
    });
    fake.addMoment("Mikko", numbers(100, 5), { ...front(104), dateText: "2011 to 2023" });
    fake.addMoment("Two at the gate", numbers(150, 2), { ...front(151), dateText: "2021" });
    fake.addMoment("Nils tells about the harbour", numbers(10, 1), {
        dateText: "Recorded in 1987",
    });
    fake.addMoment("The blue car", numbers(5, 2), { ...front(5), dateText: "About 1974" });
    fake.addMoment("Mina’s first meadow", numbers(60, 3), { ...front(60), dateText: "May 2016" });
    fake.settings.set(ines!.id, {
        language: "",
        theme: "",
        shortcuts: true,
        locks_after_minutes: 15,
        place: fake.things[july]!.id,
    });
    fake.care = {
        originals: 31482,
        bytes: 412e9,
        copies: [
            {
                same_disk: false,
                seen: "2025-05-09T08:00:00Z",
                checked: "2025-05-09T08:00:00Z",
                damaged: 0,
                missing: 0,
            },
            {
                same_disk: false,
                seen: "2025-04-03T08:00:00Z",
                checked: "2025-04-03T08:00:00Z",
                damaged: 0,
                missing: 14,
            },
        ],
        other_places: 2,
        restored: { date: "2025-04-03", originals: 200 },
    };
    return fake;
}
