import assert from "node:assert/strict";

import type { Page } from "playwright-core";

import { findings } from "../axe.ts";
import { desk, phone, soon } from "../browser.ts";
import { rule } from "../rules.ts";
import {
    done,
    drafted,
    garden,
    lines,
    putDraftAway,
    reads,
    standing,
    summer,
    typeAfter,
    write,
} from "../story.ts";

/** Where the caret is: the text, with "|" in it. */
async function caret(page: Page): Promise<string> {
    return page.evaluate(() => {
        const field = document.activeElement as HTMLElement;
        if (field.dataset.line === "-1") return `[${field.getAttribute("aria-label")}]`;
        const range = getSelection()!.getRangeAt(0).cloneRange();
        const text = field.textContent ?? "";
        range.setStart(field, 0);
        const at = range.toString().length;
        return `${text.slice(0, at)}|${text.slice(at)}`;
    });
}

rule(
    "screen 9: empty, a story is a cursor and “Begin anywhere.”, without counts or prompts",
    async (visit) => {
        const page = await write(visit, garden(visit));
        await soon(async () => assert.equal(await caret(page), "|"));
        const field = page.locator(".writing .text");
        assert.equal(
            await field.evaluate((one) => getComputedStyle(one, "::before").content),
            '"Begin anywhere."',
        );
        const words = await page.locator("main").innerText();
        assert.doesNotMatch(words, /word|character|prompt|\d+ of/iu);
        await page.keyboard.type("The tulips.");
        assert.equal(
            await field.evaluate((one) => getComputedStyle(one, "::before").content),
            "none",
        );
    },
);

rule("screen 9: Done makes a version, ends the draft and shows the story", async (visit) => {
    const moment = garden(visit);
    const page = await write(visit, moment);
    await page.keyboard.type("The tulips came late.");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Nobody minded.");
    await drafted(visit, moment, "The tulips came late.\n\nNobody minded.");
    await done(page);
    assert.deepEqual(standing(visit, moment), ["The tulips came late.\n\nNobody minded."]);
    assert.equal(visit.fake.stories.draft(moment, visit.fake.me), undefined);
    await write(visit, moment);
    await done(page);
    assert.equal(visit.fake.stories.told(moment).versions.length, 1, "nothing changed: no version");
});

rule(
    "by keyboard alone: Enter, Backspace, Delete and arrows between the blocks, and undo over all of it",
    async (visit) => {
        const page = await write(visit, garden(visit));
        const press = async (...keys: string[]) => {
            for (const key of keys) await page.keyboard.press(key);
        };
        await page.keyboard.type("One two");
        await press("ArrowLeft", "ArrowLeft", "ArrowLeft", "Enter");
        assert.deepEqual(await lines(page), ["One ", "two"]);
        assert.equal(await caret(page), "|two");
        await press("ArrowUp");
        assert.equal(await caret(page), "|One ");
        await press("End", "ArrowRight");
        assert.equal(await caret(page), "|two");
        await press("ArrowLeft");
        assert.equal(await caret(page), "One |");
        await press("Delete");
        assert.deepEqual(await lines(page), ["One two"]);
        await press("Enter", "Backspace");
        assert.equal(await caret(page), "One |two");
        await press("Shift+Enter");
        assert.deepEqual(await lines(page), ["One \ntwo"]);
        await press("Control+z", "Control+z");
        assert.deepEqual(await lines(page), ["One ", "two"]);
        await press("Control+Shift+z");
        assert.deepEqual(await lines(page), ["One two"]);
        for (let step = 0; step < 5; step += 1) await press("Control+z");
        assert.deepEqual(await lines(page), [""]);
        await page.keyboard.type("## Night");
        await press("Enter");
        await page.keyboard.type("> He came.");
        await press("ArrowDown");
        await page.keyboard.type("Ana");
        await press("Enter");
        await page.keyboard.type("- a");
        await press("Enter");
        await page.keyboard.type("b");
        await press("Enter", "Enter");
        await page.keyboard.type("End");
        await drafted(
            visit,
            garden(visit),
            "## Night\n\n> He came.\n>\n> — Ana\n\n- a\n- b\n\nEnd",
        );
        await press("Control+a", "Control+b");
        await drafted(
            visit,
            garden(visit),
            "## Night\n\n> He came.\n>\n> — Ana\n\n- a\n- b\n\n**End**",
        );
        await press("Control+i");
        assert.equal(await page.locator(".writing em strong").textContent(), "End");
    },
);

rule(
    "rules 1, 2 and 26: a photograph, a pair and a sound are put in by keyboard; what is covered is a card with its line",
    async (visit) => {
        const { moment, covered, shown } = summer(visit);
        moment.story = "We had borrowed the boat shed.";
        const page = await write(visit, moment);
        const tray = page.getByRole("toolbar", { name: "From this moment" });
        const card = tray.getByRole("button", { name: /^Covered: His hands/u });
        assert.equal(await card.locator("img").count(), 0);
        await soon(async () => assert.equal(await tray.locator('button[tabindex="0"]').count(), 1));
        await page.locator(".writing .text").first().click();
        await page.keyboard.press("Control+End");
        await page.getByRole("button", { name: "Photograph", exact: true }).focus();
        await page.keyboard.press("Enter");
        const dialog = page.getByRole("dialog");
        await dialog.getByRole("button", { name: /^Covered: His hands/u }).focus();
        await page.keyboard.press("Enter");
        await page.locator(".writing .cov").waitFor();
        assert.equal(
            await page.locator(".writing .cov button").count(),
            0,
            "no Look while writing",
        );
        await page.getByRole("button", { name: "Pair", exact: true }).click();
        const put = dialog.getByRole("button", { name: "Put these two in" });
        assert.ok(await put.isDisabled());
        const choices = dialog.locator(".tray-grid button:not(.cov)");
        await choices.nth(0).click();
        await choices.nth(1).click();
        await put.click();
        await page.locator(".writing .pair").waitFor();
        await page.getByRole("button", { name: "Sound", exact: true }).click();
        await dialog.locator(".tray-grid button").first().click();
        await page.keyboard.type("After it.");
        const [one, other] = shown;
        const sound = visit.fake.things.find(
            (thing) => thing.kind === "sound" && moment.items.includes(thing.id),
        )!;
        await drafted(
            visit,
            moment,
            `We had borrowed the boat shed.\n\n![](item:${covered.id})\n\n![](item:${one!.id})\n![](item:${other!.id})\n\n![](item:${sound.id})\n\nAfter it.`,
        );
        assert.ok(
            !visit.fake.requests.some((request) => request.includes(`/items/${covered.id}/`)),
        );
    },
);

rule(
    "a heading, a quotation and a space are put in from the foot, and what was put in can be taken out",
    async (visit) => {
        const moment = garden(visit);
        const page = await write(visit, moment);
        await page.keyboard.type("One.");
        await page.getByRole("button", { name: "Heading" }).click();
        await page.keyboard.type("Night");
        await page.getByRole("button", { name: "Quotation" }).click();
        await page.keyboard.type("He came.");
        await page.getByRole("button", { name: "Space" }).click();
        await page.keyboard.type("Two.");
        await drafted(visit, moment, "One.\n\n## Night\n\n> He came.\n\n***\n\nTwo.");
        await page.keyboard.press("Home");
        await page.keyboard.press("Backspace");
        await soon(async () => assert.equal(await caret(page), "[Space]"));
        await page.keyboard.press("Delete");
        await drafted(visit, moment, "One.\n\n## Night\n\n> He came.\n\nTwo.");
        await page.keyboard.press("Control+z");
        assert.equal((await lines(page)).filter((line) => line === "[Space]").length, 1);
    },
);

rule(
    "rule 27: a block is dragged by its grip, and goes the same way by its menu and by keys",
    async (visit) => {
        const moment = garden(visit);
        moment.story = "One.\n\nTwo.\n\nThree.";
        const page = await write(visit, moment);
        await page.getByText("Three.").click();
        const grip = page.locator(".grip button").first();
        const from = (await grip.boundingBox())!;
        assert.ok(from.width >= 24 && from.height >= 24);
        const to = (await page.getByText("One.").boundingBox())!;
        await page.mouse.move(from.x + 20, from.y + 20);
        await page.mouse.down();
        await page.mouse.move(from.x + 20, from.y - 20, { steps: 4 });
        await page.mouse.move(from.x + 20, to.y + 2, { steps: 4 });
        await page.mouse.up();
        await reads(page, "Three.", "One.", "Two.");
        await page.getByText("Now number 1 of 3.").waitFor();
        assert.equal(await page.getByRole("menu").count(), 0, "the end of the way presses nothing");
        await page.getByText("Three.").click();
        await page.locator(".grip button").first().click();
        await page.getByRole("menuitem", { name: "Move down" }).click();
        await reads(page, "One.", "Three.", "Two.");
        await page.keyboard.press("Alt+ArrowDown");
        await reads(page, "One.", "Two.", "Three.");
        await page.keyboard.press("Alt+ArrowUp");
        await page.keyboard.press("Alt+ArrowUp");
        await reads(page, "Three.", "One.", "Two.");
        await page.locator(".grip button").first().focus();
        await page.keyboard.press("Enter");
        await page.getByRole("menuitem", { name: "Make it a heading" }).click();
        await drafted(visit, moment, "## Three.\n\nOne.\n\nTwo.");
    },
);

rule("what is pasted is words and Markdown, never markup", async (visit) => {
    const moment = garden(visit);
    const page = await write(visit, moment);
    const paste = (text: string) =>
        page.evaluate((given) => {
            const data = new DataTransfer();
            data.setData("text/plain", given);
            data.setData("text/html", `<h1 style="color:red">${given}</h1><img src="http://x/y">`);
            document.activeElement!.dispatchEvent(
                new ClipboardEvent("paste", {
                    clipboardData: data,
                    bubbles: true,
                    cancelable: true,
                }),
            );
        }, text);
    await page.keyboard.type("Before ");
    await paste("a <b>word</b> ");
    await page.keyboard.type("after.");
    assert.deepEqual(await lines(page), ["Before a <b>word</b> after."]);
    await paste("\n\n## Night\n\nIt *rained*.\n\n> Yes.\n\nEnd");
    await page.keyboard.type(".");
    await drafted(
        visit,
        moment,
        "Before a <b>word</b> after.\n\n## Night\n\nIt *rained*.\n\n> Yes.\n\nEnd.",
    );
    await page.keyboard.press("Enter");
    await paste("Rain on the shed,\r\nrain on the sea,\vrain.");
    await drafted(
        visit,
        moment,
        "Before a <b>word</b> after.\n\n## Night\n\nIt *rained*.\n\n> Yes.\n\nEnd.\n\nRain on the shed,\\\nrain on the sea,\\\nrain.",
    );
    assert.equal(await page.locator(".writing img, .writing h1, .writing b").count(), 0);
    assert.ok(page.url().includes("story/"), "words that are pasted here are not kept as a file");
});

rule("between two blocks a press on the plus makes a place to write", async (visit) => {
    const moment = garden(visit);
    moment.story = "One.\n\nTwo.";
    const page = await write(visit, moment);
    const block = page.locator(".writing > .block").nth(1);
    await block.hover();
    await block.locator(".between").click();
    await soon(async () => assert.equal(await caret(page), "|"));
    await page.keyboard.type("Between.");
    await reads(page, "One.", "Between.", "Two.");
});

rule(
    "rule 8: the story of a covered moment is written after a look, which goes along from page to page and no further",
    async (visit) => {
        const moment = visit.fake.moments[1]!;
        const page = await visit.go(`story/${moment.id}`);
        await page.getByRole("heading", { name: moment.cover! }).waitFor();
        assert.equal(await page.getByText("He came on a Thursday").count(), 0);
        await page.getByRole("button", { name: "Look", exact: true }).click();
        await page.locator(".writing .text").first().waitFor();
        await soon(async () => assert.match((await lines(page))[0]!, /^He came on a Thursday/u));
        await done(page);
        await page.getByRole("heading", { name: "Emil" }).waitFor();
        await page.getByRole("link", { name: "Write" }).click();
        await page.locator(".writing .text").first().waitFor();
        await page.reload();
        await page.getByRole("heading", { name: moment.cover! }).waitFor();
    },
);

rule("as others will see it, and back to writing", async (visit) => {
    const { moment } = summer(visit);
    const page = await write(visit, moment);
    await page.getByRole("button", { name: "As others will see it" }).click();
    await page.locator("article.story .pair img").first().waitFor();
    assert.equal(await page.locator("[contenteditable]").count(), 0);
    assert.equal(await page.locator(".story .cov .choice").count(), 1);
    await page.getByRole("button", { name: "As others will see it" }).click();
    await page.locator(".writing .text").first().waitFor();
});

rule("a draft is put away, and comes back with Undo", async (visit) => {
    const moment = garden(visit);
    moment.story = "It rained.";
    const page = await write(visit, moment);
    await typeAfter(page, "It rained.", " All night.");
    await drafted(visit, moment, "It rained. All night.");
    await putDraftAway(page);
    await reads(page, "It rained.");
    assert.equal(visit.fake.stories.draft(moment, visit.fake.me), undefined);
    await page.getByRole("button", { name: "Undo" }).click();
    await drafted(visit, moment, "It rained. All night.");
});

rule(
    "on a phone everything is put in from the foot, and a block moves without dragging",
    async (visit) => {
        const moment = garden(visit);
        moment.story = "One.\n\nTwo.";
        const page = await write(visit, moment);
        await page.getByText("Two.").tap();
        await page.locator(".grip button").first().tap();
        await page.getByRole("menuitem", { name: "Move up" }).tap();
        await reads(page, "Two.", "One.");
        await page.getByRole("button", { name: "Photograph", exact: true }).tap();
        await page.getByRole("dialog").locator(".tray-grid button").first().tap();
        await page.locator(".writing figure img").first().waitFor();
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${over} px too wide`);
        for (const tool of await page
            .locator(".blocks button, .editbar button, .grip button")
            .all()) {
            const box = await tool.boundingBox();
            if (box) assert.ok(box.height >= 44, `${await tool.innerText()}: ${box.height}`);
        }
    },
    { shape: phone },
);

for (const [name, shape, colorScheme] of [
    ["light, desk", desk, "light"],
    ["dark, phone", phone, "dark"],
] as const)
    rule(
        `rule 28: axe finds nothing where a story is written, chosen for, compared and joined (${name})`,
        async (visit) => {
            const { moment } = summer(visit);
            const { stories, people } = visit.fake;
            const [first] = stories.standing(moment);
            const follows = [first!.version];
            stories.write(
                moment,
                { text: `${moment.story}\n\nHers.`, follows },
                "Kitchen",
                people[0]!,
            );
            stories.write(moment, { text: "It rained.", follows }, "Phone", people[1]!);
            const all: string[] = [];
            const page = await write(visit, moment);
            const check = async (what: string) =>
                all.push(...(await findings(page)).map((one) => `${what}: ${one}`));
            await page.locator(".beside-versions summary").click();
            await page.locator(".writing .quotation .text").first().click();
            await check("writing and joining");
            await page.locator(".grip button").first().click();
            await check("the block's menu");
            await page.keyboard.press("Escape");
            await page.getByRole("button", { name: "Pair", exact: true }).click();
            await page.getByRole("dialog").locator(".tray-grid button").first().click();
            await check("choosing two");
            await page.keyboard.press("Escape");
            await page.getByRole("button", { name: "More" }).click();
            await page.getByRole("menuitem", { name: "Versions" }).click();
            await page.locator(".versions button").first().click();
            await page.locator(".changes").last().waitFor();
            await check("versions");
            await page.keyboard.press("Escape");
            await page.getByRole("button", { name: "More" }).click();
            await page.getByRole("menuitem", { name: "As others will see it" }).click();
            await check("reading");
            assert.deepEqual(all, []);
        },
        { shape: { ...shape, colorScheme } },
    );
