import { networkInterfaces } from "node:os";

import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

import { rest } from "./browser.ts";
import { picture } from "./fake/pictures.ts";
import type { ItemOf, ShareOf } from "./fake/share.ts";
import type { Host } from "./fake/host.ts";
import { tone } from "./fake/sound.ts";

/** An address of this machine that is not loopback, if it has one: http there has no WebCrypto and no service worker. */
export const elsewhere = Object.values(networkInterfaces())
    .flat()
    .find((one) => one && !one.internal && one.family === "IPv4")?.address;

let seed = 0;

export function photograph(width: number, height: number, more: Partial<ItemOf> = {}): ItemOf {
    seed += 1;
    const ratio = Math.round((width / height) * 1000);
    const bytes = picture(seed, ratio);
    return {
        kind: "photograph",
        width,
        height,
        name: `photograph-${String(seed).padStart(2, "0")}`,
        parts: [
            { use: "small", type: "image/png", width: 320, height: 240, bytes },
            {
                use: "picture",
                type: "image/png",
                width: 1440,
                height: 960,
                // No two files alike, so that each is known by its bytes.
                bytes: Buffer.concat([picture(seed + 1000, ratio), Buffer.alloc(64, seed)]),
            },
        ],
        ...more,
    };
}

export function recording(seconds: number, caption: string, more: Partial<ItemOf> = {}): ItemOf {
    const waveform = Array.from({ length: 120 }, (_, at) =>
        Math.round(90 + 80 * Math.sin(at / 7) * Math.cos(at / 3)),
    );
    return {
        kind: "sound",
        name: "recording-01",
        caption,
        parts: [{ use: "sound", type: "audio/wav", seconds, waveform, bytes: tone(seconds) }],
        ...more,
    };
}

const say = (text: string) => ({ paragraph: [{ text }] });

export const kLine =
    "Our son, born at twenty weeks. He had died. His hands and his face, and the three of us.";
export const kMore =
    "He lies in the blanket that Ana knitted. His skin is dark and thin, as it is at twenty weeks.\n\nThe recording is the room: birds, and Joren speaking to him.";
export const kHands = "His hands, held in ours.";

/** The story of the mock-ups, covered, with one picture that is covered by itself. */
export function emil(more: Partial<ShareOf> = {}): ShareOf {
    const items = [
        photograph(1778, 1000, { caption: "The drive there, before it was light." }),
        photograph(1000, 1000, {
            caption: "Ana’s tulips, which stood in the kitchen until May.",
        }),
        photograph(3, 2, {
            caption: "Emil’s hands.",
            name: "photograph-hands",
            cover: { line: kHands, by: "Ines" },
        }),
        recording(4, "The room, with the birds"),
        photograph(1600, 900, { caption: "Årsdale, that afternoon." }),
        photograph(3, 4, {
            name: "photograph-face",
            cover: { line: null, by: "Joren", more: "His eyes are closed." },
        }),
    ];
    return {
        cover: { line: kLine, more: kMore, by: "Ines" },
        name: "Emil",
        when: { from: "2019-03-14", to: null, text: null, about: false },
        by: "Ines",
        items,
        story: [
            say(
                "He came on a Thursday, a little after four in the morning. The rain had stopped, and it was still dark.",
            ),
            say(
                "I had asked Joren to take photographs before I was sure that I wanted them. I asked my mother too, in case he could not. All I knew was that one day I would want to see that we had been there, the three of us, in that room.",
            ),
            { pictures: [0, 1] },
            say(
                "He had Joren’s hands. Everyone says such things about babies, and it was true: the same long fingers, the same square nails, no bigger than grains of rice.",
            ),
            { pictures: [2] },
            say(
                "We had four hours. The midwife opened the window a little so that we could hear the birds, and then she left us alone with him.",
            ),
            { sound: 3 },
            { heading: [{ text: "In the afternoon" }] },
            {
                paragraph: [
                    {
                        text: "We drove to the sea, because neither of us could go into the house yet. Joren found the shell. It has stood on the windowsill since. Mina calls it ",
                    },
                    { text: "Emil’s shell", em: true },
                    { text: ", and nobody has corrected her." },
                ],
            },
            { pictures: [4] },
            {
                quotation: [[{ text: "“I held him too. I want that written down somewhere.”" }]],
                source: [{ text: "Ana, on the telephone" }],
            },
            { space: true },
            { list: [[{ text: "the blue blanket" }], [{ text: "the hat", strong: true }]] },
            { pictures: [5] },
        ],
        ...more,
    };
}

/** A guest's visit: a page, and all that it said and asked for. */
export class GuestVisit {
    readonly host: Host;
    readonly context: BrowserContext;
    readonly page: Page;
    readonly problems: string[] = [];

    private constructor(host: Host, context: BrowserContext, page: Page) {
        this.host = host;
        this.context = context;
        this.page = page;
    }

    static async begin(
        browser: Browser,
        host: Host,
        options: BrowserContextOptions,
    ): Promise<GuestVisit> {
        const context = await browser.newContext({ reducedMotion: "reduce", ...options });
        const page = await context.newPage();
        const visit = new GuestVisit(host, context, page);
        page.on("console", (message) => {
            if (["error", "warning"].includes(message.type())) visit.problems.push(message.text());
        });
        page.on("pageerror", (error) => visit.problems.push(String(error)));
        page.on("request", (request) => {
            if (
                !/^(blob:|data:|file:)/u.test(request.url()) &&
                !request.url().startsWith(host.address)
            )
                visit.problems.push(`a request to another host: ${request.url()}`);
        });
        return visit;
    }

    /** Opens the link, and waits until words are on the page. */
    async arrive(link = this.host.link): Promise<Page> {
        // In the same tab another link begins anew a little later than it was opened.
        if (this.page.url() !== "about:blank") await this.page.goto("about:blank");
        await this.page.goto(link);
        await this.page.locator("h1").first().waitFor();
        return this.page;
    }

    /** Opens the link and looks. */
    async look(): Promise<Page> {
        const page = await this.arrive();
        await this.button("Look").click();
        await page.locator("article.story").waitFor();
        return page;
    }

    button(name: string) {
        return this.page.getByRole("button", { name, exact: true });
    }

    async rest(): Promise<void> {
        await rest(this.page, this.host);
    }

    words(): Promise<string> {
        return this.page.evaluate(() => document.body.innerText);
    }
}
