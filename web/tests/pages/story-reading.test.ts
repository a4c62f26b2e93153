import assert from "node:assert/strict";

import type { Page } from "playwright-core";

import { findings } from "../axe.ts";
import { desk, focusComesTo, focused, held, phone, soon, type Visit } from "../browser.ts";
import { film as filmed } from "../fake/film.ts";
import { rule } from "../rules.ts";
import { summer, write } from "../story.ts";

async function read(visit: Visit): Promise<{ page: Page; told: ReturnType<typeof summer> }> {
    const told = summer(visit);
    const page = await visit.go(`moment/${told.moment.id}`);
    await page.locator(".story .cov").waitFor();
    return { page, told };
}

/** How far down the page it stands. */
async function top(page: Page, words: string): Promise<number> {
    const one = page.getByText(words, { exact: true });
    return one.evaluate((element) => element.getBoundingClientRect().top + scrollY);
}

rule("screen 6: a moment shows its story, with what it shows in its place", async (visit) => {
    const { page, told } = await read(visit);
    const story = page.locator("article.story");
    assert.equal(await story.locator("em").textContent(), "three");
    assert.equal(await story.locator(":scope > h2").textContent(), "The last evening");
    await story.locator(".pair img").nth(1).waitFor();
    await soon(async () => {
        const halves = await story
            .locator(".pair img")
            .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
        assert.equal(halves.length, 2);
        assert.ok(Math.abs(halves[0]! - halves[1]!) < 1.5, "equal in height");
    });
    assert.equal(await story.locator("blockquote footer").textContent(), "Ana, on the telephone");
    assert.equal(await story.locator("li").count(), 2);
    assert.equal(await story.locator("audio").count(), 1);
    await story.locator(".pair a").first().click();
    await page.locator("dialog.view .held img").waitFor();
    assert.ok(page.url().includes(`item=${told.shown[0]!.id}`));
});

rule(
    "rules 1, 2 and 3: of what is covered in a story only its line and its place are on the page",
    async (visit) => {
        const bodies: string[] = [];
        visit.page.on("response", async (response) => {
            if (response.url().includes("/api/"))
                bodies.push(await response.text().catch(() => ""));
        });
        const { page, told } = await read(visit);
        await visit.rest();
        const asked = () =>
            visit.fake.requests.filter((one) => one.includes(`/items/${told.covered.id}`));
        assert.deepEqual(asked(), []);
        assert.ok(!bodies.some((body) => body.includes(`"${told.covered.name}"`)));
        const shape = (await page.locator(".story .place").boundingBox())!;
        assert.ok(Math.abs(shape.width / shape.height - told.covered.ratio / 1000) < 0.02);
        await page.getByRole("heading", { name: told.covered.cover! }).waitFor();
        await page
            .locator(".story .cov")
            .getByRole("button", { name: "Look", exact: true })
            .click();
        await page.locator(".story .place img").waitFor();
        await soon(() => assert.ok(asked().length > 0));
        await visit.rest();
        assert.ok(
            asked().every((one) => one.startsWith("POST") || one.includes("look=")),
            asked().join(),
        );
    },
);

for (const [name, shape] of [
    ["desk", undefined],
    ["phone", phone],
] as const)
    rule(
        `screen 9: Look moves nothing, and Not now folds it to its line (${name})`,
        async (visit) => {
            const { page } = await read(visit);
            await visit.rest();
            const before = await top(page, "The wind dropped.");
            const cov = page.locator(".story .cov");
            await cov.getByRole("button", { name: "Look", exact: true }).click();
            await page.locator(".story .place img").waitFor();
            await visit.rest();
            assert.ok(Math.abs((await top(page, "The wind dropped.")) - before) < 1, "Look");
            await page.locator(".story").getByRole("button", { name: "Cover again" }).click();
            await page.locator(".story .place img").waitFor({ state: "detached" });
            assert.ok(Math.abs((await top(page, "The wind dropped.")) - before) < 1, "Cover again");
            await cov.getByRole("button", { name: "Not now" }).click();
            const folded = page.getByRole("button", { name: /His hands, held in ours\./u });
            await folded.waitFor();
            assert.ok((await page.locator(".story .covered").boundingBox())!.height < 130);
            await folded.click();
            await page.locator(".story .cov .choice").waitFor();
            await focusComesTo(page, "His hands, held in ours.");
        },
        shape ? { shape } : {},
    );

rule(
    "rules 5 and 6: the choice within a story is even, and neither of it has the focus",
    async (visit) => {
        const { page } = await read(visit);
        const cov = page.locator(".story .cov");
        const [notNow, look] = await Promise.all(
            ["Not now", "Look"].map(async (name) => {
                const one = cov.getByRole("button", { name, exact: true });
                return {
                    box: (await one.boundingBox())!,
                    style: await one.evaluate((el) => {
                        const { color, backgroundColor, fontWeight, borderColor } =
                            getComputedStyle(el);
                        return [color, backgroundColor, fontWeight, borderColor].join();
                    }),
                };
            }),
        );
        assert.equal(notNow!.style, look!.style);
        assert.ok(
            Math.abs(notNow!.box.width - look!.box.width) < 1 &&
                notNow!.box.height === look!.box.height,
        );
        assert.ok(!["Not now", "Look"].includes(await focused(page)));
        await page.getByRole("heading", { name: "His hands, held in ours." }).focus();
        const order = [];
        for (let at = 0; at < 3; at += 1) {
            await page.keyboard.press("Tab");
            order.push(await focused(page));
        }
        assert.deepEqual(order, ["Tell me more", "Not now", "Look"]);
        await cov.getByRole("button", { name: "Tell me more" }).click();
        await page.getByText("He holds a finger.").waitFor();
        await cov.hover();
        await page.keyboard.press("Enter");
        assert.equal(await page.locator(".story .place img").count(), 0);
    },
);

rule(
    "rule 7: Escape covers again what a story showed after a look, and lets go of it",
    async (visit) => {
        const { page } = await read(visit);
        await page
            .locator(".story .cov")
            .getByRole("button", { name: "Look", exact: true })
            .click();
        await page.locator(".story .place img").waitFor();
        await page.keyboard.press("Escape");
        await page.locator(".story .cov").waitFor();
        assert.equal(await page.locator(".story .place img").count(), 0);
        await focusComesTo(page, "His hands, held in ours.");
        await soon(() =>
            assert.ok(visit.fake.requests.some((one) => one.startsWith("DELETE /api/v1/looks/"))),
        );
        await page.reload();
        await page.locator(".story .cov").waitFor();
    },
);

rule(
    "a film in a story that browsers do not play is copied when somebody asks, and stands in its place",
    async (visit) => {
        const told = summer(visit);
        const [film] = told.shown;
        film!.kind = "film";
        film!.copyAfter = 2;
        const page = await visit.go(`moment/${told.moment.id}`);
        const asked = () => visit.fake.requests.filter((one) => one.includes(`${film!.id}/film`));
        const make = page.locator(".story").getByRole("button", { name: /^Make a copy/u });
        await make.waitFor();
        await page.locator(".story figure .hold > img").first().waitFor();
        await visit.rest();
        const before = (await page.locator(".story .hold:has(.copy)").boundingBox())!;
        assert.deepEqual(asked(), []);
        await make.click();
        const video = page.locator(".story video");
        await video.waitFor();
        assert.equal(asked().length, 3);
        await soon(async () =>
            assert.ok(
                await video.evaluate(
                    (one: HTMLVideoElement) =>
                        one.paused && !one.autoplay && one === document.activeElement,
                ),
            ),
        );
        await soon(async () => {
            const after = (await page.locator(".story .hold:has(video)").boundingBox())!;
            assert.ok(Math.abs(after.height - before.height) < 1, "it stands in the same place");
        });
    },
    { expected: /./u },
);

rule(
    "a film in a story that cannot be copied says so, and its still stays",
    async (visit) => {
        const told = summer(visit);
        const [film] = told.shown;
        film!.kind = "film";
        film!.copyAfter = -1;
        const page = await visit.go(`moment/${told.moment.id}`);
        await page
            .locator(".story")
            .getByRole("button", { name: /^Make a copy/u })
            .click();
        await page.getByText("This copy won’t open here. The original is safe.").waitFor();
        await page.locator(".story .hold:has(.copy) > img").waitFor();
    },
    { expected: /501/u },
);

/** Where a film stands, on the page as a whole. */
async function frame(page: Page): Promise<number[]> {
    return page
        .locator(".story .hold")
        .first()
        .evaluate((one) => {
            const { top, left, width, height } = one.getBoundingClientRect();
            return [top + scrollY, left, width, height];
        });
}

const moving = filmed(2);

for (const [name, shape] of [
    ["a desk", desk],
    ["a phone", phone],
] as const)
    rule(
        `rule 16: on ${name} a film in a story has its frame before anything is known of it, and plays in it when somebody asks`,
        async (visit) => {
            const { moment, shown } = summer(visit);
            const [film] = shown;
            Object.assign(film!, { kind: "film", ratio: 1778, caption: "Mina swims." });
            const { page } = visit;
            let isFetched = false;
            await page.route(/\/files\//u, (route) => {
                isFetched = true;
                return route.fulfill({ contentType: "video/mp4", body: Buffer.from(moving ?? []) });
            });
            const gate = await held(page, "GET", new RegExp(`/items/${film!.id}$`, "u"));
            await visit.go(`moment/${moment.id}`);
            await page.locator(".story .hold > img").first().waitFor();
            await visit.rest();
            const before = await frame(page);
            assert.ok(Math.abs(before[2]! / before[3]! - 1.778) < 0.01);
            assert.equal(await page.locator(".story figure.wide > .hold").count(), 2);
            await gate.open();
            const play = page.locator(".story").getByRole("button", { name: /^Play: / });
            await play.waitFor();
            await visit.rest();
            assert.deepEqual(await frame(page), before);
            assert.ok(!isFetched && (await page.locator("video").count()) === 0);
            const said = page.locator(".story figcaption").first();
            assert.equal(await said.textContent(), "Mina swims.");
            assert.ok((await said.boundingBox())!.y >= (await play.boundingBox())!.y);
            if (!moving) return;
            await play.click();
            await page.waitForFunction(
                () => (document.querySelector("video")?.currentTime ?? 0) > 0.1,
            );
            assert.deepEqual(await frame(page), before);
            assert.ok(
                await page.locator("video").evaluate((one) => one === document.activeElement),
            );
        },
        { shape },
    );

rule(
    "a film that somebody turned stands turned in a story, also where it is written",
    async (visit) => {
        const { moment, shown } = summer(visit);
        Object.assign(shown[0]!, { kind: "film", ratio: 1778, rotation: 90 });
        const { page } = visit;
        for (const open of [() => visit.go(`moment/${moment.id}`), () => write(visit, moment)]) {
            await open();
            const still = page.locator(".story .hold > .turned > img");
            await still.waitFor();
            assert.match((await still.getAttribute("style"))!, /rotate\(90deg\)/u);
            const [, , width, height] = await frame(page);
            assert.ok(Math.abs(width! / height! - 1 / 1.778) < 0.01);
        }
        assert.equal(await page.locator(".writing .hold > .len").textContent(), "0:42");
        assert.equal(
            await page.locator(".writing").getByRole("button", { name: /^Play/u }).count(),
            0,
        );
    },
);

rule("rule 16: nothing in a story plays, or is fetched to play, by itself", async (visit) => {
    const { page } = await read(visit);
    const audio = page.locator(".story audio");
    await audio.waitFor();
    await visit.rest();
    assert.ok(await audio.evaluate((one) => (one as HTMLAudioElement).paused));
    assert.equal(await audio.getAttribute("autoplay"), null);
    assert.ok(!visit.fake.requests.some((one) => one.includes("/files/")));
});

rule(
    "screen 6: two versions that stand beside each other are both shown, and said to be",
    async (visit) => {
        const { moment } = summer(visit);
        const { stories, people } = visit.fake;
        const [first] = stories.standing(moment);
        stories.write(
            moment,
            { text: "It rained.", follows: [first!.version] },
            "Kitchen",
            people[0]!,
        );
        stories.write(
            moment,
            { text: "It was dark.", follows: [first!.version] },
            "Phone",
            people[1]!,
        );
        const page = await visit.go(`moment/${moment.id}`);
        await page.getByText("Two versions stand beside each other.").waitFor();
        assert.equal(await page.locator("article.story").count(), 2);
        await page.getByText(/Joren, on Phone/u).waitFor();
        await page.getByRole("link", { name: "Join them" }).click();
        await page.locator(".writing .text").first().waitFor();
    },
);

for (const scheme of ["light", "dark"] as const)
    rule(
        `rule 28: axe finds nothing in a moment with its story (${scheme})`,
        async (visit) => {
            const { page } = await read(visit);
            assert.deepEqual(await findings(page), []);
            await page.locator(".story .cov").getByRole("button", { name: "Not now" }).click();
            assert.deepEqual(await findings(page), []);
        },
        { shape: { ...phone, colorScheme: scheme } },
    );
