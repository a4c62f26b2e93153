import assert from "node:assert/strict";

import { held, soon } from "../browser.ts";
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

for (const ending of ["gif", "webp"])
    rule(
        `rule 16: an animation (${ending}) is a still, also made larger, and moves when somebody asks`,
        async (visit) => {
            const pictures = visit.fake.things.filter(
                (one) => one.kind === "photograph" && one.cover === null,
            );
            const [moving, other] = [pictures[0]!, pictures[1]!];
            moving.frames = 12;
            moving.name = `wave.${ending}`;
            const asked = (id: string, what: string) =>
                visit.fake.requests.filter((one) => one.includes(`/items/${id}/${what}/`)).length;
            const page = await visit.go(`timeline?item=${other.id}`);
            await page.locator(".held img").waitFor();
            await page.keyboard.press("+");
            await soon(() => assert.ok(asked(other.id, "files") > 0, "what does not move is"));
            await visit.go(`timeline?item=${moving.id}`);
            await page.getByText("Picture 1 of 12").waitFor();
            for (let step = 0; step < 3; step += 1) await page.keyboard.press("+");
            await soon(async () =>
                assert.notEqual(await page.locator(".zoom output").first().textContent(), "Fit"),
            );
            await visit.rest();
            assert.equal(await page.getByText("Picture 1 of 12").count(), 1);
            assert.equal(asked(moving.id, "files") + asked(moving.id, "pages"), 0);
            await page.getByRole("button", { name: "Play" }).click();
            await page.getByText(/^Picture (?!1 )\d+ of 12$/u).waitFor();
            await page.getByRole("button", { name: "Stop" }).click();
            await soon(() => assert.ok(asked(moving.id, "pages") > 0));
            await visit.rest();
            assert.equal(asked(moving.id, "files"), 0);
        },
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
    "a photograph is turned as soon as all of it is here, as often as was pressed",
    async (visit) => {
        const thing = visit.fake.things[0]!;
        const gate = await held(visit.page, "GET", new RegExp(`/items/${thing.id}$`, "u"));
        const page = await visit.go(`timeline?item=${thing.id}`);
        await page.locator(".held img").waitFor();
        await page.keyboard.press("r");
        await page.keyboard.press("r");
        await gate.open();
        await soon(() => assert.equal(thing.rotation, 180));
    },
);
