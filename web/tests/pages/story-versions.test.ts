import assert from "node:assert/strict";

import { soon } from "../browser.ts";
import { rule } from "../rules.ts";
import { done, garden, lines, reads, standing, typeAfter, write } from "../story.ts";

rule("screen 9: every version is kept, compared in words, and written on from", async (visit) => {
    const moment = garden(visit);
    const { stories, people } = visit.fake;
    const one = stories.write(
        moment,
        { text: "It rained all night.\n\nNobody minded." },
        "Phone",
        people[1]!,
    );
    stories.write(moment, {
        text: "It snowed all night.\n\nNobody minded.",
        follows: [one.version],
    });
    const page = await write(visit, moment);
    await page.getByRole("button", { name: "Versions" }).click();
    const rows = page.locator(".versions li");
    await rows.nth(1).waitFor();
    assert.equal(await rows.count(), 2);
    assert.match(await rows.nth(0).innerText(), /12 May 2025.*Ines, on Kitchen\s+Stands now/su);
    assert.match(await rows.nth(1).innerText(), /Joren, on Phone/u);
    await rows.nth(0).getByRole("button").first().click();
    const added = rows.nth(0).locator(".changes ins");
    assert.equal(await added.textContent(), "added: snowed");
    assert.equal(await rows.nth(0).locator(".changes del").textContent(), "gone: rained");
    await rows.nth(1).getByRole("button").first().click();
    await added.waitFor({ state: "detached" });
    await rows.nth(1).getByLabel("what is written now").check();
    await soon(async () =>
        assert.deepEqual(await rows.nth(1).locator(".changes ins").allTextContents(), [
            "added: snowed",
        ]),
    );
    await page.getByRole("button", { name: "Write on from this one" }).click();
    await reads(page, "It rained all night.", "Nobody minded.");
    await page.keyboard.press("Control+z");
    await reads(page, "It snowed all night.", "Nobody minded.");
});

rule(
    "screen 9: two versions stand beside each other, both are shown, and the joined one ends both",
    async (visit) => {
        const moment = garden(visit);
        const { stories, people } = visit.fake;
        const first = stories.write(moment, { text: "It rained." });
        const follows = [first.version];
        stories.write(moment, { text: "It rained.\n\nHers.", follows }, "Kitchen", people[0]!);
        stories.write(moment, { text: "It rained.\n\nHis.", follows }, "Phone", people[1]!);
        const page = await write(visit, moment);
        await page
            .getByRole("heading", { name: "Two versions stand beside each other." })
            .waitFor();
        const columns = page.locator(".columns .column");
        assert.match(await columns.nth(0).innerText(), /Ines, on Kitchen.*Hers\./su);
        assert.match(await columns.nth(1).innerText(), /Joren, on Phone.*His\./su);
        await soon(async () =>
            assert.deepEqual((await lines(page)).sort(), ["Hers.", "His.", "It rained."]),
        );
        await page.locator(".writing").getByText("His.").click();
        await page.keyboard.press("Control+a");
        await page.keyboard.type("Both.");
        await done(page);
        assert.equal(standing(visit, moment).length, 1);
        assert.match(standing(visit, moment)[0]!, /Both\./u);
        await page.getByText("Both.").waitFor();
        assert.equal(await page.getByText("Two versions stand").count(), 0);
    },
);

rule(
    "screen 9: what somebody else writes meanwhile stands beside what is written, and is taken in by hand",
    async (visit) => {
        const moment = garden(visit);
        const { stories, people } = visit.fake;
        const first = stories.write(moment, { text: "It rained." });
        const page = await write(visit, moment);
        await typeAfter(page, "It rained.", " Mine.");
        stories.write(
            moment,
            { text: "It rained.\n\nHis.", follows: [first.version] },
            "Phone",
            people[1]!,
        );
        visit.fake.tell("moments");
        await page
            .getByRole("heading", { name: "Another version stands beside what you write." })
            .waitFor();
        assert.equal((await lines(page))[0], "It rained. Mine.", "what is written stays");
        assert.match(
            await page.locator(".beside-versions").innerText(),
            /Joren, on Phone.*His\./su,
        );
        await page.getByRole("button", { name: "Take it in" }).click();
        await page.locator(".beside-versions").waitFor({ state: "detached" });
        await soon(async () => assert.ok((await lines(page)).includes("His.")));
        await done(page);
        assert.equal(standing(visit, moment).length, 1);
        assert.match(standing(visit, moment)[0]!, /Mine\.[^]*His\.|His\.[^]*Mine\./u);
    },
);

rule("what is taken in takes nothing away that stands here twice", async (visit) => {
    const moment = garden(visit);
    const { stories, people } = visit.fake;
    const text = "One.\n\n***\n\nRain.\n\n***\n\nRain.";
    const first = stories.write(moment, { text });
    const page = await write(visit, moment);
    await typeAfter(page, "One.", " Mine.");
    stories.write(
        moment,
        { text: `${text}\n\nHis.`, follows: [first.version] },
        "Phone",
        people[1]!,
    );
    visit.fake.tell("moments");
    await page.getByRole("button", { name: "Take it in" }).click();
    await page.locator(".beside-versions").waitFor({ state: "detached" });
    await done(page);
    const [joined] = standing(visit, moment);
    assert.equal(joined!.split("***").length, 3, joined);
    assert.equal(joined!.split("Rain.").length, 3, joined);
});

rule("screen 9: who does not take it in loses nothing of either", async (visit) => {
    const moment = garden(visit);
    const { stories, people } = visit.fake;
    const first = stories.write(moment, { text: "It rained." });
    const page = await write(visit, moment);
    stories.write(moment, { text: "His.", follows: [first.version] }, "Phone", people[1]!);
    await typeAfter(page, "It rained.", " Mine.");
    await done(page);
    await page.getByText("Two versions stand beside each other.").waitFor();
    assert.deepEqual(standing(visit, moment), ["His.", "It rained. Mine."]);
});
