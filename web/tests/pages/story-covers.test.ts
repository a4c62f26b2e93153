import assert from "node:assert/strict";

import { focusComesTo, held, soon } from "../browser.ts";
import { rule } from "../rules.ts";
import { drafted, summer, typeAfter } from "../story.ts";

rule("Look that is pressed twice within a story opens one look", async (visit) => {
    const { moment, covered } = summer(visit);
    const page = await visit.go(`moment/${moment.id}`);
    const look = page.locator(".story .cov").getByRole("button", { name: "Look", exact: true });
    const gate = await held(page, "POST", /\/look$/u);
    await look.click();
    await look.click();
    await gate.open();
    await page.locator(".story .place img").waitFor();
    await visit.rest();
    const asked = visit.fake.requests.filter(
        (one) => one.startsWith("POST") && one.includes(covered.id),
    );
    assert.equal(asked.length, 1, asked.join());
    await page.keyboard.press("Escape");
    await page.locator(".story .cov").waitFor();
    await soon(() => assert.equal(visit.fake.looks.size, 0));
});

rule("a look that is answered after Not now is ended, and shows nothing", async (visit) => {
    const { moment } = summer(visit);
    const page = await visit.go(`moment/${moment.id}`);
    const cov = page.locator(".story .cov");
    const gate = await held(page, "POST", /\/look$/u);
    await cov.getByRole("button", { name: "Look", exact: true }).click();
    await cov.getByRole("button", { name: "Not now" }).click();
    const ended = page.waitForResponse((one) => one.request().method() === "DELETE");
    await gate.open();
    await ended;
    await visit.rest();
    assert.equal(await page.locator(".story .place img").count(), 0);
    assert.equal(visit.fake.looks.size, 0);
});

for (const way of ["Escape", "Cover again"])
    rule(
        `rule 7: ${way} covers again the moment whose story is written, and what was written is kept`,
        async (visit) => {
            const moment = visit.fake.moments[1]!;
            const page = await visit.go(`story/${moment.id}`);
            await page.getByRole("button", { name: "Look", exact: true }).click();
            await typeAfter(page, "He came on a Thursday", " It rained.");
            if (way === "Escape") await page.keyboard.press("Escape");
            else await page.locator(".editbar").getByRole("button", { name: way }).click();
            await page.getByRole("heading", { name: moment.cover! }).waitFor();
            assert.equal(await page.getByText("He came on a Thursday").count(), 0);
            await focusComesTo(page, moment.cover!);
            await drafted(visit, moment, `${moment.story} It rained.`);
            await soon(() => assert.equal(visit.fake.looks.size, 0));
            await page.getByRole("button", { name: "Look", exact: true }).click();
            await page.locator(".writing").getByText("It rained.").waitFor();
            await page.locator(".grip button").first().click();
            await page.keyboard.press("Escape");
            await page.getByRole("menu").waitFor({ state: "detached" });
            await page.locator(".writing").getByText("It rained.").waitFor();
        },
    );

rule(
    "rule 7: Escape covers again what was looked at last: the item, and then the moment",
    async (visit) => {
        const { moment } = summer(visit);
        moment.cover = "Our summer.";
        const page = await visit.go(`story/${moment.id}`);
        await page.getByRole("button", { name: "Look", exact: true }).click();
        await page.getByRole("button", { name: "As others will see it" }).click();
        const cov = page.locator(".story .cov");
        await cov.getByRole("button", { name: "Look", exact: true }).click();
        await page.locator(".story .place img").waitFor();
        await page.keyboard.press("Escape");
        await cov.waitFor();
        await page.getByText("The wind dropped.").waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("heading", { name: "Our summer." }).waitFor();
        assert.equal(await page.getByText("The wind dropped.").count(), 0);
    },
);
