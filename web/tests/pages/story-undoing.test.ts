import assert from "node:assert/strict";

import type { Page } from "playwright-core";

import { held, soon } from "../browser.ts";
import { rule } from "../rules.ts";
import {
    done,
    drafted,
    garden,
    lines,
    putDraftAway,
    reads,
    standing,
    typeAfter,
    write,
} from "../story.ts";

async function takeOut(page: Page, words: string): Promise<void> {
    await page.locator(".writing").getByText(words).click();
    await page.locator(".grip button").first().click();
    await page.getByRole("menuitem", { name: "Take it out" }).click();
    await page.getByText("Taken out.").waitFor();
}

const undo = (page: Page) => page.locator(".said").getByRole("button", { name: "Undo" });

rule("what was taken out comes back as it was, and what was typed since stays", async (visit) => {
    const moment = garden(visit);
    moment.story = "One.\n\n> Two.\n>\n> — Ana\n\nThree.";
    const page = await write(visit, moment);
    await takeOut(page, "Two.");
    await typeAfter(page, "Three.", " And four.");
    await undo(page).click();
    await reads(page, "One.", "Two.", "Ana", "Three. And four.");
    await drafted(visit, moment, "One.\n\n> Two.\n>\n> — Ana\n\nThree. And four.");
    await page.keyboard.type("So: ");
    assert.equal((await lines(page))[1], "So: Two.", "the focus is where it came back");
});

rule("what came back by keys does not come back twice", async (visit) => {
    const moment = garden(visit);
    moment.story = "One.\n\nTwo.";
    const page = await write(visit, moment);
    await takeOut(page, "One.");
    await page.keyboard.press("Control+z");
    await reads(page, "One.", "Two.");
    await undo(page).click();
    await visit.rest();
    assert.deepEqual(await lines(page), ["One.", "Two."]);
});

rule("an Undo goes with the page that it is of", async (visit) => {
    const moment = garden(visit);
    moment.story = "One.\n\nTwo.";
    const page = await write(visit, moment);
    await takeOut(page, "One.");
    await done(page);
    await undo(page).waitFor({ state: "detached" });
    assert.deepEqual(standing(visit, moment), ["Two."]);
});

rule("a draft that was put away comes back, and what was typed since stays", async (visit) => {
    const moment = garden(visit);
    moment.story = "It rained.\n\nNobody minded.";
    const page = await write(visit, moment);
    await typeAfter(page, "It rained.", " All night.");
    await drafted(visit, moment, "It rained. All night.\n\nNobody minded.");
    await putDraftAway(page);
    await page.locator(".writing").getByText("Nobody minded.").click();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Then sun.");
    await undo(page).click();
    await drafted(visit, moment, "It rained. All night.\n\nNobody minded.\n\nThen sun.");
    await page.keyboard.press("Control+z");
    await reads(page, "It rained.", "Nobody minded.", "Then sun.");
});

rule(
    "a draft that comes back takes the place of no version that it was not written after",
    async (visit) => {
        const moment = garden(visit);
        const { stories, people } = visit.fake;
        const first = stories.write(moment, { text: "It rained." });
        const page = await write(visit, moment);
        await typeAfter(page, "It rained.", " Mine.");
        await drafted(visit, moment, "It rained. Mine.");
        stories.write(moment, { text: "His.", follows: [first.version] }, "Phone", people[1]!);
        await putDraftAway(page);
        assert.deepEqual(await lines(page), ["His.", ""].slice(0, (await lines(page)).length));
        await undo(page).click();
        await page
            .getByRole("heading", { name: "Another version stands beside what you write." })
            .waitFor();
        await done(page);
        await page.getByText("Two versions stand beside each other.").waitFor();
        assert.deepEqual(standing(visit, moment), ["His.", "It rained. Mine."]);
    },
);

for (const answer of ["Take it in", "Leave it out"])
    rule(
        `what is undone after “${answer}” stands beside what is written, as before`,
        async (visit) => {
            const moment = garden(visit);
            const { stories, people } = visit.fake;
            const first = stories.write(moment, { text: "It rained." });
            const page = await write(visit, moment);
            await typeAfter(page, "It rained.", " Mine.");
            stories.write(moment, { text: "His.", follows: [first.version] }, "Phone", people[1]!);
            visit.fake.tell("moments");
            await page.getByRole("button", { name: answer }).click();
            await page.locator(".beside-versions").waitFor({ state: "detached" });
            await soon(async () =>
                assert.ok(
                    await page.evaluate(() => !!document.activeElement?.closest(".writing")),
                    "the focus goes on where it was",
                ),
            );
            await page.keyboard.press("Control+z");
            await page
                .getByRole("heading", { name: "Another version stands beside what you write." })
                .waitFor();
            assert.equal((await lines(page)).join("/"), "It rained. Mine.");
            await done(page);
            await page.getByText("Two versions stand beside each other.").waitFor();
            assert.deepEqual(standing(visit, moment), ["His.", "It rained. Mine."]);
        },
    );

rule("Done that is pressed twice makes one version, and goes back one page", async (visit) => {
    const moment = garden(visit);
    await visit.go("timeline");
    const page = await visit.go(`moment/${moment.id}`);
    await page.getByRole("link", { name: "Write" }).first().click();
    await page.locator(".writing .text").first().waitFor();
    await page.keyboard.type("Words.");
    await drafted(visit, moment, "Words.");
    const gate = await held(page, "PUT", /\/moments\/[0-9a-f]+\/story$/u);
    await page.getByRole("button", { name: "Done" }).dblclick();
    await gate.open();
    await page.locator(".editbar").waitFor({ state: "detached" });
    await visit.rest();
    assert.ok(page.url().endsWith(`moment/${moment.id}`), page.url());
    assert.equal(visit.fake.stories.told(moment).versions.length, 1);
});
