import assert from "node:assert/strict";

import type { Page } from "playwright-core";

import { held, soon, type Visit } from "../browser.ts";
import { rule } from "../rules.ts";
import type { Thing } from "../fake/world.ts";

/** The timeline with its pictures, whose items come no more until the gate is opened; and one of those that it shows. */
async function begun(visit: Visit) {
    const page = await visit.go("timeline");
    await page.locator(".cell img").first().waitFor();
    await visit.rest();
    const index = Number(await page.locator(".cell a:has(img)").first().getAttribute("data-index"));
    const gate = await held(page, "GET", /timeline\/items$/u);
    return { page, gate, index, thing: visit.fake.things[index]! };
}

const pictureOf = (page: Page, thing: Thing) => page.locator(`.cell img[src*="${thing.id}"]`);

/** Tells the page of a change, and waits until it has heard of it. */
async function told({ fake }: Visit, ...events: string[]): Promise<void> {
    const outlines = () => fake.requests.filter((one) => one === "GET /api/v1/timeline").length;
    const before = outlines();
    for (const one of events) fake.tell(one);
    await soon(() => assert.ok(outlines() > before));
}

rule("the timeline keeps what it shows while it is asked for anew", async (visit) => {
    const { page, gate, thing } = await begun(visit);
    // Every picture that is taken away, if only for a moment.
    await page.evaluate(() => {
        const marks = document.documentElement.dataset;
        marks.gone = "0";
        new MutationObserver((all) => {
            for (const { removedNodes } of all)
                for (const node of removedNodes)
                    if (
                        node instanceof Element &&
                        (node.matches("img") || node.querySelector("img"))
                    )
                        marks.gone = String(Number(marks.gone) + 1);
        }).observe(document.querySelector(".grid-box")!, { childList: true, subtree: true });
    });
    await told(visit, "timeline");
    await gate.open();
    await visit.rest();
    thing.rotation = 180;
    await told(visit, "timeline");
    await page.locator(".cell .turned img").waitFor();
    const gone = await page.evaluate(() => Number(document.documentElement.dataset.gone));
    assert.equal(gone, 1, "the one that was turned");
});

rule("rule 2: what somebody covers goes from the timeline before the answer", async (visit) => {
    const { page, gate, index, thing } = await begun(visit);
    thing.cover = "The old house.";
    await told(visit, "timeline", "moments");
    await pictureOf(page, thing).waitFor({ state: "detached" });
    await gate.open();
    await page.locator(`.cell a.cov[data-index="${index}"]`).getByText(thing.cover).waitFor();
});

rule("rule 2: nothing of which no answer comes stays in the timeline", async (visit) => {
    const { page, gate, thing } = await begun(visit);
    await told(visit, "timeline");
    await pictureOf(page, thing).waitFor({ state: "detached" });
    await gate.open();
    await pictureOf(page, thing).waitFor();
});

rule("what somebody lets go goes from the timeline before the answer", async (visit) => {
    const { page, gate, thing } = await begun(visit);
    thing.letGo = true;
    visit.fake.moved();
    await told(visit, "timeline");
    await pictureOf(page, thing).waitFor({ state: "detached" });
    await gate.open();
    await page.locator(".cell img").first().waitFor();
    assert.equal(await pictureOf(page, thing).count(), 0);
});
