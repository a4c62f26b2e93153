import assert from "node:assert/strict";

import type { Page } from "playwright-core";

import { soon, type Visit } from "./browser.ts";
import type { FakeMoment, Thing } from "./fake/world.ts";

/** A moment with a story that shows two photographs beside each other, what is covered, and a recording. */
export function summer({ fake }: Visit): { moment: FakeMoment; covered: Thing; shown: Thing[] } {
    const moment = fake.moments[0]!;
    const things = moment.items.map((id) => fake.things.find((one) => one.id === id)!);
    const shown = things.filter((one) => one.kind === "photograph").slice(0, 3);
    const [one, other, covered] = shown as [Thing, Thing, Thing];
    const sound = things.find((thing) => !shown.includes(thing))!;
    sound.kind = "sound";
    sound.ratio = 0;
    covered.cover = "His hands, held in ours.";
    covered.coverMore = "He holds a finger.";
    covered.coverBy = "Ines";
    const item = (thing: Thing) => `![](item:${thing.id})`;
    moment.story = [
        "We had borrowed the boat shed for *three* weeks.",
        `${item(one)}\n${item(other)}`,
        "## The last evening",
        item(covered),
        "The wind dropped.",
        "> I held him too.\n>\n> — Ana, on the telephone",
        "- the hat\n- the blanket",
        "***",
        item(sound),
        "We have said every year that we will go back.",
    ].join("\n\n");
    fake.stories.begin(moment);
    return { moment, covered, shown };
}

/** A moment without a story. */
export const garden = ({ fake }: Visit): FakeMoment => fake.moments[3]!;

/** The page where this story is written, ready to be typed in. */
export async function write(visit: Visit, moment: FakeMoment): Promise<Page> {
    const page = await visit.go(`story/${moment.id}`);
    await page.locator(".writing .text").first().waitFor();
    return page;
}

/** Types at the end of the line that holds this. */
export async function typeAfter(page: Page, line: string, words: string): Promise<void> {
    await page.getByText(line).click();
    await page.keyboard.press("End");
    await page.keyboard.type(words);
}

/** Types what the server will not save, and waits until the page says so. */
export async function typeUnsaved({ fake, page }: Visit, words: string): Promise<void> {
    fake.refusesDrafts = true;
    await page.keyboard.type(words);
    await page.getByText("Not saved yet. It is tried again.").waitFor();
}

/** Done, until the moment stands in place of the page where it was written: that one shows a story, too. */
export async function done(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Done" }).click();
    await page.locator(".editbar").waitFor({ state: "detached" });
}

export async function putDraftAway(page: Page): Promise<void> {
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Put the draft away" }).click();
    await page.getByText("The draft is put away.").waitFor();
}

/** Tells the page that it is being closed, and gives what it sends at once so that it outlives it.
 *
 * Whether a browser that is busy gives a page the time for that when it is closed is the browser's to say: no test waits for it.
 */
export function closing(page: Page): Promise<string[]> {
    return page.evaluate(() => {
        const { fetch } = window;
        const sent: string[] = [];
        window.fetch = (address, init) => {
            if (init?.keepalive) sent.push(String(init.body));
            return fetch(address, init);
        };
        dispatchEvent(new Event("beforeunload", { cancelable: true }));
        dispatchEvent(new PageTransitionEvent("pagehide"));
        window.fetch = fetch;
        return sent;
    });
}

/** Waits until the draft says this. */
export async function drafted({ fake }: Visit, moment: FakeMoment, text: string): Promise<void> {
    await soon(() => assert.equal(fake.stories.draft(moment, fake.me)?.text.trim(), text));
}

/** What the versions say that stand. */
export function standing({ fake }: Visit, moment: FakeMoment): string[] {
    return fake.stories.standing(moment).map((one) => one.text!.trim());
}

/** Waits until the story on the page reads so, a line a text. */
export async function reads(page: Page, ...texts: string[]): Promise<void> {
    await soon(async () => assert.deepEqual(await lines(page), texts));
}

/** The story on the page, a line a text. */
export async function lines(page: Page): Promise<string[]> {
    return page
        .locator(".writing [data-line]")
        .evaluateAll((all) =>
            all.map((one) =>
                (one as HTMLElement).dataset.line === "-1"
                    ? `[${one.getAttribute("aria-label")}]`
                    : (one.textContent ?? ""),
            ),
        );
}
