import assert from "node:assert/strict";

import type { Page } from "playwright-core";

import { focusComesTo, focused, phone, soon, type Visit } from "../browser.ts";
import type { Thing } from "../fake/world.ts";
import { rule } from "../rules.ts";

const kLine = "Nils in hospital, the week before he died.";

function coveredOnes({ fake }: Visit): Thing[] {
    return fake.things.filter((one) => one.cover !== null);
}

function emil({ fake }: Visit) {
    return fake.moments.find((one) => one.name === "Emil")!;
}

/** Requests that ask for anything of these items but the fact that they are there. */
function bytesAsked({ fake }: Visit, ids: string[]): string[] {
    return fake.requests.filter((one) =>
        ids.some((id) => one.includes(`/items/${id}/`) && !one.includes("/look")),
    );
}

async function openCovered(visit: Visit, which = 0): Promise<{ page: Page; thing: Thing }> {
    const thing = coveredOnes(visit)[which]!;
    const page = await visit.go(`timeline?item=${thing.id}`);
    await page.getByRole("heading", { name: kLine }).waitFor();
    return { page, thing };
}

rule(
    "rule 1: no request for a covered item's bytes happens before the viewer agrees",
    async (visit) => {
        const { page, thing } = await openCovered(visit);
        const ids = [...coveredOnes(visit).map((one) => one.id), ...emil(visit).items];
        await visit.rest();
        assert.deepEqual(bytesAsked(visit, ids), []);
        assert.ok(
            !visit.fake.requests.some(
                (one) => one.startsWith("GET") && ids.some((id) => one.endsWith(`/items/${id}`)),
            ),
        );
        await page.getByRole("button", { name: "Look", exact: true }).click();
        await page.locator(".held img").waitFor();
        await soon(() => assert.ok(bytesAsked(visit, [thing.id]).length > 0));
        await visit.rest();
        assert.ok(bytesAsked(visit, [thing.id]).every((one) => one.includes("look=")));
    },
);

rule(
    "rule 2: no thumbnail, colour, waveform or name of a covered item reaches the page, proportions alone",
    async (visit) => {
        const names = coveredOnes(visit).map((one) => one.name);
        const bodies: string[] = [];
        visit.page.on("response", async (response) => {
            if (response.url().includes("/api/"))
                bodies.push(await response.text().catch(() => ""));
        });
        const { page } = await openCovered(visit);
        await visit.rest();
        const html = await page.content();
        for (const name of names) {
            assert.ok(!html.includes(name));
            assert.ok(!bodies.some((body) => body.includes(`"${name}"`)));
        }
        const cell = page.locator(".cell a.cov").first();
        const shape = await cell.evaluate((one) => one.clientWidth / one.clientHeight);
        const wanted = coveredOnes(visit)[0]!.ratio / 1000;
        assert.ok(Math.abs(shape - wanted) < 0.02 * wanted + 0.02, `${shape} ${wanted}`);
    },
);

rule(
    "rule 3: covered things are absent from the page and the accessibility tree; their cover line is there",
    async (visit) => {
        const page = await visit.go("timeline");
        await page.locator(".cell a.cov").first().waitFor();
        const html = await page.locator(".cell a.cov").first().innerHTML();
        assert.ok(!/<img|<video|background/u.test(html), html);
        const name = await page.locator(".cell a.cov").first().getAttribute("aria-label");
        assert.ok(name?.includes(kLine));
        await visit.go(`moment/${emil(visit).id}`);
        await visit.rest();
        assert.equal(await page.locator("#main img, #main .story").count(), 0);
        assert.ok(
            (await page.getByRole("heading", { level: 1 }).textContent())?.startsWith("Our son"),
        );
    },
);

rule(
    "rule 4: Tell me more gives words and no picture; a line takes at most 160 characters",
    async (visit) => {
        const page = await visit.go(`moment/${emil(visit).id}`);
        await page.getByRole("button", { name: "Tell me more" }).click();
        await page.getByText("He lies in the blanket that Ana knitted.").waitFor();
        assert.equal(
            await page.getByRole("button", { name: "Tell me less" }).getAttribute("aria-expanded"),
            "true",
        );
        assert.equal(await page.locator("img").count(), 0);
        const plain = visit.fake.things[0]!;
        await visit.go(`timeline?item=${plain.id}`);
        await page.getByRole("button", { name: "More" }).click();
        await page.getByRole("menuitem", { name: "Cover" }).click();
        await page.getByLabel("What is read first").fill("á".repeat(161));
        await page.getByRole("button", { name: "Cover it" }).click();
        assert.equal(plain.cover, null);
        await page.getByLabel("What is read first").fill("á".repeat(160));
        await page
            .getByLabel("What whoever asks is told")
            .fill("It is the room.\n\nIt was in May.");
        await page.getByRole("button", { name: "Cover it" }).click();
        await page.waitForFunction(() => !document.querySelector("dialog"));
        assert.equal(plain.cover, "á".repeat(160));
        await visit.go(`timeline?item=${plain.id}`);
        await page.getByRole("button", { name: "Tell me more" }).click();
        await soon(async () =>
            assert.deepEqual(await page.locator(".told p").allTextContents(), [
                "It is the room.",
                "It was in May.",
            ]),
        );
    },
);

rule(
    "rule 5: Look and Not now are alike, neither has the focus first; Tab goes Tell me more, Not now, Look",
    async (visit) => {
        const page = await visit.go(`moment/${emil(visit).id}`);
        await page.getByRole("button", { name: "Look", exact: true }).waitFor();
        const looks = await page.locator(".choice .btn").evaluateAll((all) =>
            all.map((one) => {
                const box = one.getBoundingClientRect();
                const style = getComputedStyle(one);
                return [
                    box.width,
                    box.height,
                    style.fontWeight,
                    style.fontSize,
                    style.color,
                    style.backgroundColor,
                    style.borderColor,
                ].join(" ");
            }),
        );
        assert.equal(looks.length, 2);
        assert.equal(looks[0], looks[1]);
        await soon(async () => assert.ok((await focused(page)).startsWith("Our son")));
        const order: string[] = [];
        for (let at = 0; at < 3; at += 1) {
            await page.keyboard.press("Tab");
            order.push(await focused(page));
        }
        assert.deepEqual(order, ["Tell me more", "Not now", "Look"]);
    },
);

rule(
    "rule 6: Enter and Space act only on a focused button, and nothing is revealed by pointing at it",
    async (visit) => {
        const { page, thing } = await openCovered(visit);
        await page.keyboard.press("Enter");
        await page.keyboard.press("Space");
        await page.getByRole("button", { name: "Look", exact: true }).hover();
        await page.locator(".coverleaf").hover();
        await visit.rest();
        assert.deepEqual(bytesAsked(visit, [thing.id]), []);
        assert.equal(visit.fake.looks.size, 0);
    },
);

rule(
    "rule 7: Look opens that item and no neighbour; Escape covers it again and lets go of its bytes",
    async (visit) => {
        const { page, thing } = await openCovered(visit);
        const other = coveredOnes(visit)[1]!;
        await page.getByRole("button", { name: "Look", exact: true }).click();
        await page.locator(".held img").waitFor();
        // What is still asked for when the look ends is refused, and that is told on the console.
        await page.waitForFunction(() =>
            [...document.images].every((image) => image.complete && image.naturalWidth > 0),
        );
        assert.deepEqual(bytesAsked(visit, [other.id]), []);
        await page.keyboard.press("Escape");
        await page.getByRole("heading", { name: kLine }).waitFor();
        assert.equal(await page.locator("dialog.view img").count(), 0);
        assert.ok(!(await page.content()).includes(`/items/${thing.id}/`));
        await soon(() => assert.equal(visit.fake.looks.size, 0));
        await page.keyboard.press("Escape");
        await page.waitForFunction(() => !document.querySelector("dialog"));
    },
);

rule("rule 7: Escape covers a moment again, and so does leaving it", async (visit) => {
    const page = await visit.go(`moment/${emil(visit).id}`);
    await page.getByRole("button", { name: "Look", exact: true }).click();
    await page.locator(".cell img").first().waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Look", exact: true }).waitFor();
    assert.equal(await page.locator("img").count(), 0);
    await page.getByRole("button", { name: "Look", exact: true }).click();
    await page.locator(".cell img").first().waitFor();
    await page.getByRole("link", { name: "Home" }).click();
    await page.getByRole("heading", { name: "Moments" }).waitFor();
    await soon(() => assert.equal(visit.fake.looks.size, 0));
});

rule(
    "rule 8: a page loaded anew, and Back, begin covered, unless this person chose to leave it open",
    async (visit) => {
        const page = await visit.go(`moment/${emil(visit).id}`);
        const look = page.getByRole("button", { name: "Look", exact: true });
        await look.click();
        await page.getByRole("button", { name: "Cover again" }).waitFor();
        await page.reload();
        await look.waitFor();
        await look.click();
        await page.getByRole("button", { name: "Cover again" }).waitFor();
        await page.getByRole("link", { name: "Care" }).click();
        await page.getByRole("heading", { name: /Every original/u }).waitFor();
        await page.goBack();
        await look.click();
        await page.getByRole("button", { name: "More" }).click();
        await page.getByRole("menuitem", { name: "Leave open" }).click();
        await soon(() => assert.equal(emil(visit).leaveOpen.size, 1));
        await page.reload();
        await page.getByRole("heading", { name: "Emil" }).waitFor();
        // Another person still finds it covered.
        await page.getByRole("button", { name: /^Ines:/u }).click();
        await page.getByRole("menuitemradio", { name: "Luka" }).click();
        await look.waitFor();
    },
);

rule(
    "rule 9: arrow keys in the viewer stop at a covered item, which reads its line",
    async (visit) => {
        const covered = coveredOnes(visit)[1]!;
        const before = visit.fake.things[covered.number - 1]!;
        const page = await visit.go(`timeline?item=${before.id}`);
        await page.locator(".held img").waitFor();
        await page.keyboard.press("ArrowRight");
        await page.getByRole("heading", { name: kLine }).waitFor();
        await focusComesTo(page, kLine);
        const tools = await page
            .locator("dialog.view header button, dialog.view header a")
            .allTextContents();
        assert.deepEqual(
            tools.map((one) => one.trim()),
            ["Close"],
        );
        await page.keyboard.press("ArrowRight");
        await page.locator("dialog.view .legend h1").waitFor();
        assert.equal(visit.fake.looks.size, 0);
    },
);

rule(
    "rule 10: nothing is stored of who looked or declined, and no address of the server's tells it",
    async (visit) => {
        const { page } = await openCovered(visit);
        await page.getByRole("button", { name: "Not now" }).click();
        await page.waitForFunction(() => !document.querySelector("dialog"));
        const kept = await page.evaluate(
            () => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie,
        );
        assert.equal(kept, "{}");
        const told = visit.fake.requests.filter(
            (one) => !one.startsWith("GET") && !one.includes("/settings"),
        );
        assert.deepEqual(told, []);
    },
);

rule("rule 11: what is quiet is in no list that is offered, and not at Home", async (visit) => {
    const summer = visit.fake.moments[0]!;
    summer.quiet.add(visit.fake.me!);
    const page = await visit.go("home");
    await page.getByText("Ana’s garden").waitFor();
    assert.equal(await page.getByText("Summer at Urke").count(), 0);
    await visit.go(`timeline?item=${visit.fake.things[0]!.id}`);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Into a moment" }).click();
    await page.getByRole("button", { name: "Ana’s garden" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Summer at Urke" }).count(), 0);
    await visit.page.goto(`${visit.fake.address}/#/quiet`);
    await page.getByRole("button", { name: "No longer quiet: Summer at Urke" }).click();
    await soon(() => assert.equal(summer.quiet.size, 0));
});

rule("rule 12 and 13: no page asks for anniversaries, and none asks to notify", async (visit) => {
    const asked: string[] = [];
    await visit.page.exposeFunction("wasAsked", (what: string) => asked.push(what));
    await visit.page.addInitScript(() => {
        const tell = (window as unknown as { wasAsked: (what: string) => void }).wasAsked;
        Notification.requestPermission = () => {
            tell("notification");
            return Promise.resolve("denied");
        };
    });
    for (const place of ["home", "timeline", "find", "keep", "just-kept", "care"]) {
        await visit.go(place);
        await visit.rest();
    }
    assert.deepEqual(asked, []);
    assert.ok(!visit.fake.requests.some((one) => /on.this.day|anniversar|recent/iu.test(one)));
});

rule(
    "covers on a phone: the leaf fills the screen, and Look is under the thumb",
    async (visit) => {
        const page = await visit.go(`moment/${emil(visit).id}`);
        const box = (await page.getByRole("button", { name: "Look", exact: true }).boundingBox())!;
        assert.ok(
            box.height >= 44 && box.y > 600 && box.y + box.height <= 844 - 61,
            JSON.stringify(box),
        );
    },
    { shape: phone },
);
