import assert from "node:assert/strict";

import { held, phone, serve, soon } from "../browser.ts";
import { rule } from "../rules.ts";

rule(
    "rule 26: the grid is one Tab stop: arrows, Home and End, PageUp and PageDown, Enter",
    async (visit) => {
        const page = await visit.go("timeline");
        await page.locator(".cell a").first().waitFor();
        assert.equal(await page.locator(".cell a[tabindex='0']").count(), 1);
        await page.locator(".cell a[tabindex='0']").focus();
        const at = () =>
            page.evaluate(() => Number((document.activeElement as HTMLElement).dataset.index));
        const press = async (key: string) => {
            await page.keyboard.press(key);
            await page.waitForTimeout(60);
            return at();
        };
        const last = visit.fake.things.length - 1;
        assert.equal(await press("Home"), 0);
        assert.equal(await press("ArrowRight"), 1);
        assert.equal(await press("ArrowLeft"), 0);
        const below = await press("ArrowDown");
        assert.ok(below > 0 && below < 10);
        assert.equal(await press("ArrowUp"), 0);
        assert.equal(await press("End"), last);
        const above = await press("PageUp");
        assert.ok(above < last && above > last - 60, String(above));
        assert.ok((await press("PageDown")) > above);
        const box = await page.evaluate(
            () => document.activeElement!.getBoundingClientRect().toJSON() as DOMRect,
        );
        assert.ok(box.top >= 0 && box.bottom <= 900);
        await page.keyboard.press("Tab");
        assert.ok(!(await page.evaluate(() => document.activeElement!.closest(".grid-box"))));
    },
);

rule(
    "rule 17: letting go says exactly what goes, and can be undone there and later",
    async (visit) => {
        const page = await visit.go("timeline");
        await page.getByRole("button", { name: "Pick several" }).click();
        const cells = page.locator(".cell a:not(.cov):has(img)");
        await cells.nth(0).click();
        await cells.nth(1).click();
        await page.getByText("2 picked").waitFor();
        await page.getByRole("button", { name: "Let go" }).click();
        await page.getByText("These go: 2 items, with their originals").waitFor();
        await page.getByRole("dialog").getByRole("button", { name: "Let go" }).click();
        await page.getByText("2 were let go.").waitFor();
        assert.equal(visit.fake.things.filter((one) => one.letGo).length, 2);
        await page.getByRole("button", { name: "Undo" }).click();
        await soon(() => assert.equal(visit.fake.things.filter((one) => one.letGo).length, 0));
        visit.fake.things[3]!.letGo = true;
        await visit.page.goto(`${visit.fake.address}/#/let-go`);
        await page.getByRole("button", { name: /^Bring back/u }).click();
        await page.getByText("Nothing was let go.").waitFor();
        assert.equal(visit.fake.things[3]!.letGo, false);
    },
);

rule(
    "several are picked by keyboard, with Shift up to there, and put into a moment",
    async (visit) => {
        const page = await visit.go("timeline");
        await page.getByRole("button", { name: "Pick several" }).click();
        await page.locator(".cell a[tabindex='0']").focus();
        await page.keyboard.press("Home");
        await page.locator(".cell a[data-index='0']:focus").waitFor();
        await page.keyboard.press("Space");
        for (let at = 0; at < 3; at += 1) await page.keyboard.press("Shift+ArrowRight");
        await page.getByText("4 picked").waitFor();
        await soon(async () =>
            assert.equal(await page.locator("[role=gridcell][aria-selected=true]").count(), 4),
        );
        await page.getByRole("button", { name: "Into a moment" }).click();
        await page.getByRole("button", { name: "The blue car" }).click();
        await page.getByText("4 are now in The blue car.").waitFor();
        assert.equal(
            visit.fake.moments.find((one) => one.name === "The blue car")!.items.length,
            6,
        );
    },
);

rule(
    "rule 30: the scrubber reaches the first and the last of 300,000 items, in a box of at most 7.5 million px",
    async (visit) => {
        const page = await visit.go("timeline");
        await page.locator(".cell img").first().waitFor();
        const height = await page.locator(".grid-box").evaluate((one) => one.clientHeight);
        assert.ok(height > 5_000_000 && height <= 7_500_000, String(height));
        const at = () =>
            page
                .locator(".cell a")
                .evaluateAll((all) => all.map((one) => Number((one as HTMLElement).dataset.index)));
        await page.locator(".years [tabindex='0']").focus();
        const last = visit.fake.things.length - 1;
        await page.keyboard.press("End");
        await soon(async () => assert.ok((await at()).includes(last)));
        await page.locator(".cell img").last().waitFor();
        await page.locator(".years [tabindex='0']").focus();
        await page.keyboard.press("Home");
        await soon(async () => assert.ok((await at()).includes(0)));
        // Pixel for pixel in the middle, and the bar's own end is the end.
        await page.locator(".years button", { hasText: "2010" }).click();
        await page.waitForTimeout(300);
        await visit.rest();
        const before = await page.evaluate(() => {
            const all = [...document.querySelectorAll<HTMLElement>(".cell a")];
            const one = all.find((cell) => cell.getBoundingClientRect().top > 300)!;
            return [Number(one.dataset.index), one.getBoundingClientRect().top] as const;
        });
        await page.mouse.wheel(0, 100);
        const isScrolled = async () => {
            const after = await page
                .locator(`.cell a[data-index="${before[0]}"]`)
                .evaluate((one) => one.getBoundingClientRect().top);
            assert.ok(Math.abs(before[1] - 100 - after) < 2, `${before[1]} ${after}`);
        };
        await soon(isScrolled);
        await visit.rest();
        await isScrolled();
        await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
        await soon(async () => assert.ok((await at()).includes(last)));
    },
    {
        world: () =>
            serve({
                months: Array.from({ length: 231 }, (_, at): [string, number] => [
                    `${2000 + Math.floor(at / 12)}-${String(1 + (at % 12)).padStart(2, "0")}`,
                    at === 100 ? 70_000 : 1000,
                ]),
            }),
    },
);

rule(
    "Shift picks all up to there, also what was never in view",
    async (visit) => {
        const page = await visit.go("timeline");
        await page.locator(".cell a").first().waitFor();
        await page.locator(".years [tabindex='0']").focus();
        await page.keyboard.press("Home");
        await page.locator(".cell a[data-index='0']:has(img)").click({ modifiers: ["Shift"] });
        await page.getByText("1 picked").waitFor();
        await page.locator(".cell a[data-index='0']").focus();
        await page.keyboard.press("Shift+End");
        await page.getByText("1,500 picked").waitFor();
    },
    {
        world: () =>
            serve({
                months: [
                    ["2016-07", 900],
                    ["2016-08", 600],
                ],
            }),
    },
);

rule("the timeline opens where this person left it", async (visit) => {
    const page = await visit.go("timeline");
    await page.locator(".cell a").first().waitFor();
    await page.getByRole("heading", { name: "July 2016" }).waitFor();
    await page.locator(".years button", { hasText: "2019" }).click();
    const { settings, me, things } = visit.fake;
    const left = () => things.find((one) => one.id === settings.get(me!)!.place)!;
    await soon(() => assert.match(left().date, /^2019-03/u));
    await page.reload();
    await soon(async () => {
        const top = await page
            .getByRole("heading", { name: "March 2019" })
            .evaluate((one) => one.getBoundingClientRect().top);
        assert.ok(top >= -1 && top < 300, String(top));
    });
});

rule(
    "on a phone the handle moves through the years, and keys move it without dragging",
    async (visit) => {
        const page = await visit.go("timeline");
        await page.locator(".cell a").first().waitFor();
        const slider = page.getByRole("slider");
        const box = (await slider.boundingBox())!;
        assert.ok(box.width >= 44 && box.height >= 44);
        await slider.focus();
        await page.keyboard.press("End");
        await page.locator("[role=slider][aria-valuetext='No date']").waitFor();
        await page.keyboard.press("Home");
        await page.locator("[role=slider][aria-valuetext='1961']").waitFor();
    },
    { shape: phone },
);

rule("what has not come yet is picked when it comes", async (visit) => {
    const gate = await held(visit.page, "GET", /timeline\/items$/u);
    const page = await visit.go("timeline");
    await page.getByRole("button", { name: "Pick several" }).click();
    const cells = page.locator(".cell a:has(.empty)");
    await cells.nth(0).click();
    await cells.nth(2).click({ modifiers: ["Shift"] });
    await gate.open();
    await page.getByText("3 picked").waitFor();
});
