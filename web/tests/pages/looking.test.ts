import assert from "node:assert/strict";

import { desk, phone, serve, soon } from "../browser.ts";
import { rule } from "../rules.ts";

rule(
    "rule 9 and 26: the viewer goes on by arrow keys and comes back to the same item",
    async (visit) => {
        const page = await visit.go("timeline");
        const cell = page.locator(".cell a[tabindex='0']");
        await cell.waitFor();
        await cell.focus();
        await page.keyboard.press("Enter");
        await page.locator("dialog.view .legend h1").waitFor();
        const first = await page.evaluate(() => location.hash);
        await page.keyboard.press("ArrowRight");
        await page.waitForFunction((before) => location.hash !== before, first);
        const id = new URLSearchParams(
            (await page.evaluate(() => location.hash)).split("?")[1],
        ).get("item");
        await page.keyboard.press("Escape");
        await page.waitForFunction(() => !document.querySelector("dialog"));
        await page.locator(`.cell a[href*="${id}"]:focus`).waitFor();
    },
);

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

rule(
    "rule 16: nothing plays by itself, and no byte of a film is fetched before somebody presses play",
    async (visit) => {
        const film = visit.fake.things.find((one) => one.kind === "film" && one.cover === null)!;
        const sound = visit.fake.things.find((one) => one.kind === "sound")!;
        const loop = visit.fake.things.find(
            (one) => one.kind === "medical" && !visit.fake.moments[1]!.items.includes(one.id),
        )!;
        const page = await visit.go(`timeline?item=${film.id}`);
        await page.locator("video").waitFor();
        assert.ok(
            await page
                .locator("video")
                .evaluate(
                    (one: HTMLVideoElement) =>
                        one.paused && !one.autoplay && one.preload === "none",
                ),
        );
        await visit.go(`timeline?item=${sound.id}`);
        await page.locator("audio").waitFor();
        assert.ok(
            await page
                .locator("audio")
                .evaluate((one: HTMLAudioElement) => one.paused && !one.autoplay),
        );
        await visit.rest();
        assert.ok(
            !visit.fake.requests.some(
                (one) => one.includes(`${film.id}/files`) || one.includes(`${sound.id}/files`),
            ),
        );
        await visit.go(`timeline?item=${loop.id}`);
        await page.getByRole("slider").waitFor();
        await page.waitForTimeout(300);
        assert.ok((await page.getByText("Picture 1 of 24").count()) === 1);
        await page.getByRole("button", { name: "Play" }).click();
        // It begins anew after the last one: seen again and again it is another.
        await page.getByText(/^Picture (?!1 )\d+ of 24$/u).waitFor();
        await page.getByRole("button", { name: "Stop" }).click();
        const at = await page.getByText(/^Picture \d+ of 24$/u).textContent();
        await page.waitForTimeout(300);
        assert.equal(await page.getByText(/^Picture \d+ of 24$/u).textContent(), at);
    },
    { expected: /./u },
);

rule(
    "a film that browsers do not play is copied when somebody asks, and stands there without playing",
    async (visit) => {
        const film = visit.fake.things.find((one) => one.kind === "film" && one.cover === null)!;
        film.copyAfter = 2;
        const page = await visit.go(`timeline?item=${film.id}`);
        const asked = () => visit.fake.requests.filter((one) => one.includes(`${film.id}/film`));
        await page.getByRole("button", { name: "Make a copy that plays here" }).waitFor();
        await visit.rest();
        assert.deepEqual(asked(), []);
        await page.getByRole("button", { name: "Make a copy that plays here" }).click();
        await page.getByText("A copy that plays here is being made: 33%.").waitFor();
        await page.locator("video").waitFor();
        assert.equal(asked().length, 3);
        await soon(async () =>
            assert.ok(
                await page
                    .locator("video")
                    .evaluate(
                        (one: HTMLVideoElement) =>
                            one.paused && !one.autoplay && one === document.activeElement,
                    ),
            ),
        );
        assert.equal(await page.locator(".held").count(), 0);
    },
);

rule(
    "a film that cannot be copied says so, and its still stays",
    async (visit) => {
        const film = visit.fake.things.find((one) => one.kind === "film" && one.cover === null)!;
        film.copyAfter = -1;
        const page = await visit.go(`timeline?item=${film.id}`);
        await page.getByRole("button", { name: "Make a copy that plays here" }).click();
        await page.getByText("This copy won’t open here. The original is safe.").waitFor();
        assert.equal(await page.locator("video").count(), 0);
        await page.locator(".held img").waitFor();
    },
    { expected: /501/u },
);

rule("a photograph that holds a short film plays it when somebody asks", async (visit) => {
    const thing = visit.fake.things[0]!;
    thing.isMotion = true;
    thing.copyAfter = 0;
    const page = await visit.go(`timeline?item=${thing.id}`);
    await page.locator(".held img").waitFor();
    await page.getByRole("button", { name: "Play its short film" }).click();
    await page.locator("video").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("video").waitFor({ state: "detached" });
});

rule("a document has pages, words are read, and what does not open says so", async (visit) => {
    const document = visit.fake.things.find((one) => one.kind === "document")!;
    const page = await visit.go(`timeline?item=${document.id}`);
    await page.getByText("Page 1 of 3").waitFor();
    await page.getByRole("button", { name: "Next page" }).click();
    await page.getByText("Page 2 of 3").waitFor();
    const text = visit.fake.things.find(
        (one) =>
            one.kind === "text" &&
            one.cover === null &&
            !visit.fake.moments[1]!.items.includes(one.id),
    )!;
    await visit.go(`timeline?item=${text.id}`);
    await page.getByText("We had borrowed the boat shed").waitFor();
    const other = visit.fake.things[1]!;
    other.kind = "other";
    other.ratio = 0;
    await visit.go(`timeline?item=${other.id}`);
    await page.getByText("This copy won’t open here. The original is safe.").waitFor();
});

rule("rule 15: turning, words, people and dates are written beside the original", async (visit) => {
    const thing = visit.fake.things[0]!;
    const page = await visit.go(`timeline?item=${thing.id}`);
    await page.locator(".held img").waitFor();
    await page.getByRole("button", { name: "More" }).waitFor();
    await page.keyboard.press("r");
    await page.locator(".held .turned img").waitFor();
    assert.equal(thing.rotation, 90);
    await page.getByRole("button", { name: "Details" }).click();
    await page.getByRole("button", { name: "Add words, people, a date" }).click();
    await page.getByRole("textbox", { name: "Words" }).fill("The first car.");
    await page
        .getByRole("textbox", { name: "Who is in it, one name in each line" })
        .fill("Ana\nNils");
    await page.getByRole("textbox", { name: "Place" }).fill("Urke");
    await page.getByRole("textbox", { name: "Date" }).fill("about 1974");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "The first car." }).waitFor();
    assert.deepEqual(
        [thing.caption, thing.date, thing.about, thing.dateText, thing.place],
        ["The first car.", "1974", true, "about 1974", "Urke"],
    );
    assert.ok(visit.fake.people.some((one) => one.name === "Nils") && thing.people.length === 2);
    await page.locator(".panel").getByText("Ana and Nils").waitFor();
    assert.ok(!visit.fake.requests.some((one) => /^(PUT|POST|PATCH|DELETE).*files/u.test(one)));
});

rule("rule 15: a part is chosen by keys or by dragging, beside the original", async (visit) => {
    const thing = visit.fake.things[0]!;
    const page = await visit.go(`timeline?item=${thing.id}`);
    await page.locator(".held img").waitFor();
    const open = async () => {
        await page.getByRole("button", { name: "More" }).click();
        await page.getByRole("menuitem", { name: "Show a part of it" }).click();
        await page.locator(".crop-box img").waitFor();
        await visit.rest();
        const sticksOut = await page
            .locator("dialog.panel-over")
            .evaluate((one) => one.scrollWidth - one.clientWidth);
        assert.ok(sticksOut <= 0, `${sticksOut} px too wide`);
    };
    await open();
    await page.getByRole("slider", { name: "Left side" }).focus();
    await page.keyboard.press("PageDown");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Shift+ArrowDown");
    await page.getByRole("button", { name: "Show this part" }).click();
    await page.locator(".held .turned img").waitFor();
    assert.deepEqual(thing.crop, { x: 110, y: 50, width: 890, height: 950 });
    const wanted = ((thing.ratio / 1000) * 890) / 950;
    await soon(async () => {
        const held = await page
            .locator(".held")
            .evaluate((one) => one.clientWidth / one.clientHeight);
        assert.ok(Math.abs(held - wanted) < 0.02, `${held} ${wanted}`);
    });
    // It turns with the picture.
    await page.keyboard.press("r");
    await page.waitForFunction(() =>
        document.querySelector(".held img")?.matches("[style*='90deg']"),
    );
    assert.deepEqual(thing.crop, { x: 0, y: 110, width: 950, height: 890 });
    await open();
    const side = (await page.locator(".crop-side.at-right").boundingBox())!;
    const box = (await page.locator(".crop-box").boundingBox())!;
    await page.mouse.move(side.x + side.width / 2, side.y + side.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, side.y, { steps: 4 });
    await page.mouse.up();
    await page.getByRole("button", { name: "Show this part" }).click();
    await page.waitForFunction(() => !document.querySelector("dialog.panel-over"));
    assert.ok(Math.abs(thing.crop!.width - 500) <= 4, JSON.stringify(thing.crop));
    await open();
    await page.getByRole("button", { name: "Show all of it" }).click();
    await page.getByRole("button", { name: "Show this part" }).click();
    await page.waitForFunction(() => !document.querySelector("dialog.panel-over"));
    assert.equal(thing.crop, undefined);
    assert.ok(!visit.fake.requests.some((one) => /^(PUT|POST|PATCH|DELETE).*files/u.test(one)));
});

rule(
    "rule 17: letting go says exactly what goes, and can be undone there and later",
    async (visit) => {
        const page = await visit.go("timeline");
        await page.getByRole("button", { name: "Pick several" }).click();
        // One that has not come yet cannot be picked.
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
        // One that has not come yet cannot be picked.
        await page.locator(".cell a[data-index='0']:focus img").waitFor();
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
