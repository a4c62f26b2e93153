import assert from "node:assert/strict";

import { desk, soon } from "../browser.ts";
import { rule } from "../rules.ts";

rule(
    "rule 27: single keys can be turned off; every drag has another way; targets are large enough",
    async (visit) => {
        const photograph = visit.fake.things[0]!;
        const page = await visit.go(`timeline?item=${photograph.id}`);
        await page.locator(".held img").waitFor();
        const size = page.locator("dialog.view .on-desk output");
        await page.keyboard.press("+");
        await size.getByText(/150/u).waitFor();
        await page.keyboard.press("0");
        await visit.page.goto(`${visit.fake.address}/#/settings`);
        await page.getByLabel("Single keys as shortcuts").uncheck();
        await page.getByText("Saved.").waitFor();
        await visit.go(`timeline?item=${photograph.id}`);
        await page.locator(".held img").waitFor();
        await visit.rest();
        await page.keyboard.press("+");
        await page.keyboard.press("i");
        assert.equal(await size.textContent(), "Fit");
        // The order of moments is dragged, or moved by a button.
        await visit.page.goto(`${visit.fake.address}/#/home`);
        await page.getByRole("button", { name: "Change the order" }).click();
        await page.getByRole("button", { name: "Move Summer at Urke back" }).click();
        await soon(() => assert.equal(visit.fake.moments[1]!.name, "Summer at Urke"));
        const small = await page
            .locator("button, a[href], select, input:not(.away)")
            .evaluateAll((all) =>
                all
                    .filter((one) => one.checkVisibility() && !one.matches(".skip"))
                    .map((one) => ({ box: one.getBoundingClientRect(), text: one.textContent }))
                    .filter(({ box }) => box.width < 24 || box.height < 24)
                    .map(({ text }) => text),
            );
        assert.deepEqual(small, []);
    },
);

rule("find looks on Enter, suggests nothing, and finds words and moments", async (visit) => {
    const page = await visit.go("find");
    await page.getByLabel("Words, people, dates").fill("summer");
    await page.waitForTimeout(200);
    await visit.rest();
    assert.ok(!visit.fake.requests.some((one) => one.includes("/find")));
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: /Summer at Urke/u }).waitFor();
    await page.getByLabel("Words, people, dates").fill("hospital");
    await page.keyboard.press("Enter");
    await page.getByText("2 found").waitFor();
    assert.equal(await page.locator(".cell img").count(), 0);
    await page.getByLabel("Words, people, dates").fill("nothing of this kind");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing was found for this.").waitFor();
});

rule(
    "German is complete in the browser, and dates and numbers follow the language",
    async (visit) => {
        const page = await visit.go("home");
        await page.getByRole("heading", { name: "Momente" }).waitFor();
        assert.equal(await page.locator("html").getAttribute("lang"), "de");
        await visit.go("timeline");
        await page.getByRole("heading", { name: "Juli 2016" }).waitFor();
        await visit.go("care");
        await page.getByText("31.482 Originale").waitFor();
    },
    { shape: { ...desk, locale: "de-DE" } },
);

rule(
    "screen 15: damaged files are named on request, those that are covered by their line",
    async (visit) => {
        const { fake } = visit;
        const [shown, covered] = [fake.things[0]!, fake.things.find((one) => one.cover !== null)!];
        shown.name = "harbour.jpg";
        covered.name = "hands.jpg";
        for (const one of [shown, covered]) fake.damaged.add(one.id);
        fake.care = { ...fake.care, damaged: 2 };
        fake.check = { ...fake.check, state: "damaged", what: "check", damaged: 2 };
        const page = await visit.go("care");
        await page
            .getByText("One copy of 2 files is damaged. Good copies exist. Repair?")
            .waitFor();
        assert.ok(!(await page.content()).includes("harbour.jpg"));
        await page.getByRole("button", { name: "See which files" }).click();
        const list = page.getByRole("list", { name: "See which files" });
        await list.getByText("harbour.jpg").waitFor();
        await list.getByText(covered.cover!).waitFor();
        assert.ok(!(await page.content()).includes("hands.jpg"));
    },
);

rule(
    "written from right to left nothing sticks out, and the arrow keys go with the eye",
    async (visit) => {
        await visit.page.addInitScript(() =>
            document.addEventListener(
                "DOMContentLoaded",
                () => (document.documentElement.dir = "rtl"),
            ),
        );
        for (const place of ["home", "timeline", "keep", "care", "find", "quiet"]) {
            const page = await visit.go(place);
            await visit.rest();
            const over = await page.evaluate(
                () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
            );
            assert.ok(over <= 0, `${place}: ${over}`);
        }
        const page = await visit.go("timeline");
        await page.locator(".cell a[tabindex='0']").focus();
        await page.keyboard.press("Home");
        await page.locator(".cell a[data-index='0']:focus").waitFor();
        await page.keyboard.press("ArrowLeft");
        await page.locator(".cell a[data-index='1']:focus").waitFor();
    },
);

rule(
    "who is here is chosen in the menu, and covers of one's own are of that person alone",
    async (visit) => {
        const thing = visit.fake.things[0]!;
        const page = await visit.go(`timeline?item=${thing.id}`);
        await page.getByRole("button", { name: "More" }).click();
        await page.getByRole("menuitem", { name: "Cover" }).click();
        await page.getByLabel("What is read first").fill("The old house.");
        await page.getByLabel("Only for me").check();
        await page.getByRole("button", { name: "Cover it" }).click();
        await page.waitForFunction(() => !document.querySelector("dialog"));
        assert.equal(thing.cover, null);
        await visit.go(`timeline?item=${thing.id}`);
        await page.getByRole("heading", { name: "The old house." }).waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: /^Ines:/u }).click();
        await page.getByRole("menuitemradio", { name: "Joren" }).click();
        await page.getByText("Joren is here").waitFor();
        await visit.go(`timeline?item=${thing.id}`);
        await page.locator(".held img").waitFor();
    },
);
