import assert from "node:assert/strict";

import type { Page } from "playwright-core";

import { focusComesTo, phone, soon } from "../browser.ts";
import { guestRule } from "../guest-rules.ts";
import { emil, kHands, kLine, photograph, type GuestVisit } from "../guest.ts";

const place = (page: Page, at = 0) => page.locator(".covered").nth(at);

async function lookAt(visit: GuestVisit, at = 0): Promise<void> {
    await place(visit.page, at).getByRole("button", { name: "Look", exact: true }).click();
    await place(visit.page, at).locator("img").waitFor();
}

/** Every address of bytes that the page made and still holds. */
async function watchAddresses(page: Page): Promise<() => Promise<string[]>> {
    await page.addInitScript(() => {
        const held = new Set<string>();
        const { createObjectURL, revokeObjectURL } = URL;
        URL.createObjectURL = (of) => {
            const address = createObjectURL.call(URL, of);
            held.add(address);
            return address;
        };
        URL.revokeObjectURL = (address) => {
            held.delete(address);
            revokeObjectURL.call(URL, address);
        };
        Object.assign(window, { held });
    });
    return () => page.evaluate(() => [...(window as unknown as { held: Set<string> }).held]);
}

guestRule(
    "rules 1, 2, 3: in the story a covered picture is its words alone; nothing of it is asked for or on the page",
    async (visit, host) => {
        const page = await visit.look();
        await page.locator(".pair img").nth(1).waitFor();
        await page.mouse.wheel(0, 5000);
        await page.waitForTimeout(400);
        await visit.rest();
        const ofCovered = host.content.filter((one) => /(leaf|small|picture) [25]/u.test(one));
        assert.deepEqual(ofCovered, []);
        const html = await page.content();
        assert.ok(html.includes(kHands));
        assert.ok(!html.includes("Emil’s hands."));
        const said = await page.locator("main").ariaSnapshot();
        assert.ok(said.includes(kHands));
        assert.ok(said.includes("Joren covered this and hasn’t said what it is."));
        assert.equal(await place(page).locator("img, video, canvas").count(), 0);
    },
);

guestRule(
    "rule 7: a look opens that picture and no other, and moves nothing; Cover again takes it back and lets go of its bytes",
    async (visit, host) => {
        const { page } = visit;
        const addresses = await watchAddresses(page);
        await visit.look();
        await page.locator(".pair img").nth(1).waitFor();
        await place(page).scrollIntoViewIfNeeded();
        await page.locator("figure.wide:not(.pair) img").waitFor();
        await visit.rest();
        host.asked.length = 0;
        const before = await addresses();
        const rows = () =>
            page.evaluate(() =>
                [...document.querySelectorAll("article.story > *")].map((one) => {
                    const { top, height } = one.getBoundingClientRect();
                    return [top + scrollY, height];
                }),
            );
        const was = await rows();
        await lookAt(visit);
        await visit.rest();
        assert.deepEqual(await rows(), was);
        assert.deepEqual([...new Set(host.content)].sort(), ["leaf 2", "picture 2", "small 2"]);
        await page.getByText("Emil’s hands.").waitFor();
        assert.equal((await addresses()).length, before.length + 2);
        await place(page).getByRole("button", { name: "Cover again" }).click();
        await place(page).getByRole("heading", { name: kHands }).waitFor();
        await soon(async () => assert.deepEqual(await addresses(), before));
        assert.equal(await place(page).locator("img").count(), 0);
        assert.ok(!(await page.content()).includes("Emil’s hands."));
        assert.deepEqual(await rows(), was);
        await focusComesTo(page, kHands);
    },
);

guestRule(
    "rule 7: Escape covers what was looked at last, then the whole; its bytes are let go of",
    async (visit) => {
        const { page } = visit;
        const addresses = await watchAddresses(page);
        await visit.look();
        await lookAt(visit, 0);
        await lookAt(visit, 1);
        await page.keyboard.press("Escape");
        await place(page, 1).getByRole("heading").waitFor();
        assert.equal(await place(page, 0).locator("img").count(), 1);
        await page.keyboard.press("Escape");
        await place(page, 0).getByRole("heading", { name: kHands }).waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("heading", { name: kLine }).waitFor();
        assert.equal(await page.locator("article.story").count(), 0);
        await soon(async () => assert.deepEqual(await addresses(), []));
        assert.ok(!(await page.content()).includes("Thursday"));
        await focusComesTo(page, kLine);
    },
);

guestRule(
    "rule 7: a look that is covered again before it has come shows nothing later",
    async (visit, host) => {
        const page = await visit.look();
        let give = () => {};
        const name = host.made.names.get("leaf 2")!;
        host.held.set(name, new Promise((done) => (give = done)));
        await place(page).getByRole("button", { name: "Look", exact: true }).click();
        await page.keyboard.press("Escape");
        await place(page).getByRole("heading", { name: kHands }).waitFor();
        give();
        await visit.rest();
        assert.equal(await place(page).locator("img").count(), 0);
        assert.ok(!host.content.includes("small 2"));
    },
    { expected: /Failed to load|net::ERR_ABORTED/u },
);

guestRule(
    "screen 9: Not now folds a covered picture to its line, which opens its words again and nothing more",
    async (visit, host) => {
        const page = await visit.look();
        await place(page).getByRole("button", { name: "Not now", exact: true }).click();
        const line = place(page).getByRole("button", { name: kHands });
        await line.waitFor();
        assert.ok((await place(page).boundingBox())!.height < 120);
        assert.equal(await place(page).getByRole("button", { name: "Look" }).count(), 0);
        await line.click();
        await place(page).getByRole("heading", { name: kHands }).waitFor();
        assert.ok(!host.content.includes("leaf 2"));
    },
);

for (const [name, shape] of [
    ["desk", undefined],
    ["phone", phone],
] as const)
    guestRule(
        `rules 5, 6: at a covered picture, too, Look and Not now are alike; hovering and keys reveal nothing (${name})`,
        async (visit, host) => {
            const page = await visit.look();
            for (let at = 0; at < 2; at += 1) {
                const looks = await place(page, at).evaluate((one) =>
                    [...one.querySelectorAll(".choice button")].map((button) => {
                        const { width, height } = button.getBoundingClientRect();
                        const style = getComputedStyle(button);
                        return [
                            width,
                            height,
                            style.fontWeight,
                            style.backgroundColor,
                            style.color,
                        ];
                    }),
                );
                assert.equal(looks.length, 2);
                assert.deepEqual(looks[0], looks[1]);
                assert.ok((looks[0]![1] as number) >= 44);
            }
            await place(page).getByRole("heading").hover();
            await place(page).getByRole("button", { name: "Look" }).hover();
            await page.keyboard.press("Enter");
            await page.keyboard.press("Space");
            assert.ok(!host.content.some((one) => one.startsWith("leaf")));
            const order: (string | null)[] = [];
            await place(page, 1).getByRole("heading").focus();
            for (let at = 0; at < 3; at += 1) {
                await page.keyboard.press("Tab");
                order.push(await page.evaluate(() => document.activeElement!.textContent));
            }
            assert.deepEqual(order, ["Tell me more", "Not now", "Look"]);
        },
        shape ? { shape } : {},
    );

guestRule("rule 8: Back, and loading again, begin covered", async (visit) => {
    const page = await visit.look();
    await lookAt(visit);
    await page.goto("about:blank");
    await page.goBack();
    await page.getByRole("heading", { name: kLine }).waitFor();
    assert.equal(await page.locator("img, article.story").count(), 0);
    await visit.button("Look").click();
    await place(page).getByRole("heading", { name: kHands }).waitFor();
    assert.equal(await place(page).locator("img").count(), 0);
});

guestRule("rule 10: nothing of the visit is stored or sent", async (visit, host) => {
    const page = await visit.look();
    await lookAt(visit);
    await place(page).getByRole("button", { name: "Cover again" }).click();
    const stored = await page.evaluate(async () => [
        localStorage.length,
        sessionStorage.length,
        document.cookie,
        (await indexedDB.databases()).length,
        (await caches.keys()).length,
        (await navigator.serviceWorker.getRegistrations()).length,
        Object.keys(history.state as object)
            .sort()
            .join(),
    ]);
    assert.deepEqual(stored, [0, 0, "", 0, 0, 0, "from,key"]);
    assert.ok(host.asked.every((one) => one.method === "GET"));
    // Only files, by their names: no query, no word of what was done.
    assert.ok(host.asked.every((one) => /^\/[-\w./]*$/u.test(one.path)));
});

guestRule(
    "the story stands as it was written: heading, quotation and its source, list, emphasis, a pair equal in height",
    async (visit) => {
        const page = await visit.look();
        const said = await page.locator("article.story").ariaSnapshot();
        for (const part of [
            'heading "Emil" [level=1]',
            "14 March 2019. Written by Ines.",
            'heading "In the afternoon" [level=2]',
            "emphasis: Emil’s shell",
            "contentinfo: Ana, on the telephone",
            "listitem: the blue blanket",
        ])
            assert.ok(
                said.includes(part) || said.includes(part.replace("contentinfo: ", "")),
                part,
            );
        await page.locator(".pair img").nth(1).waitFor();
        await soon(async () => {
            const heights = await page
                .locator(".pair .hold")
                .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
            assert.ok(Math.abs(heights[0]! - heights[1]!) < 1);
        });
        assert.equal(
            await page.locator(".pair figcaption").innerText(),
            "The drive there, before it was light. Ana’s tulips, which stood in the kitchen until May.",
        );
    },
);

guestRule(
    "items without a story follow each other; words that look like markup are words",
    async (visit) => {
        const page = await visit.arrive();
        await page.locator("figure img").nth(1).waitFor();
        assert.equal(await page.locator("figure").count(), 3);
        assert.equal(await page.locator("figcaption b").count(), 0);
        await page.getByText("<b>bold</b> & so on").waitFor();
        assert.equal(await page.evaluate(() => (window as { harm?: boolean }).harm), undefined);
    },
    {
        share: {
            name: null,
            cover: null,
            items: [
                photograph(1500, 1000, { caption: "<b>bold</b> & so on" }),
                photograph(1500, 1000, { caption: `<img src=x onerror="harm = true">` }),
                photograph(800, 1200),
            ],
        },
    },
);

guestRule(
    "pictures far away are let go of, and come back",
    async (visit) => {
        const { page } = visit;
        const addresses = await watchAddresses(page);
        await visit.arrive();
        await page.locator("figure img").first().waitFor();
        assert.ok((await page.locator("figure img").count()) < 15);
        await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
        await page.locator("figure").last().locator("img").waitFor();
        await page.waitForFunction(
            () => document.querySelectorAll("figure:first-of-type img").length === 0,
        );
        assert.ok((await addresses()).length < 40);
        await page.evaluate(() => scrollTo(0, 0));
        await page.locator("figure").first().locator("img").waitFor();
    },
    {
        share: {
            cover: null,
            items: Array.from({ length: 40 }, () => photograph(1500, 1000)),
        },
    },
);

guestRule(
    "what is written from right to left stands so",
    async (visit) => {
        const page = await visit.arrive();
        const direction = await page
            .getByText("בבוקר ירד גשם")
            .evaluate((one) => getComputedStyle(one).direction);
        assert.equal(direction, "rtl");
    },
    {
        share: emil({
            cover: null,
            items: [],
            language: "he",
            name: "אמיל",
            story: [{ paragraph: [{ text: "בבוקר ירד גשם" }] }],
        }),
    },
);

guestRule(
    "saving gives each open picture under its neutral name, and nothing that is covered",
    async (visit) => {
        const page = await visit.look();
        const names: string[] = [];
        page.on("download", (download) => names.push(download.suggestedFilename()));
        await visit.button("Save this").click();
        await page.getByText("What is covered is not saved.").waitFor();
        await visit.button("Save three photographs and a recording").click();
        await page.getByText("Saved where this browser puts what it saves.").waitFor();
        await soon(() => assert.equal(names.length, 4));
        assert.ok(names.every((one) => /^(photograph-\d+\.png|recording-01\.wav)$/u.test(one)));
        await page.keyboard.press("Escape");
        await page.locator(".save-panel").waitFor({ state: "detached" });
    },
);

guestRule(
    "where saving is not offered there is no button for it",
    async (visit) => {
        await visit.look();
        assert.equal(await visit.button("Save this").count(), 0);
    },
    { share: emil({ save: false }) },
);
