import assert from "node:assert/strict";

import type { Page } from "playwright-core";

import { phone, soon, type Visit } from "../browser.ts";
import { rule } from "../rules.ts";

const kPassOn = "This link is for Ana. Anyone Ana sends it to can open it too.";

function emil({ fake }: Visit) {
    return fake.moments.find((one) => one.name === "Emil")!;
}

function urke({ fake }: Visit) {
    return fake.moments.find((one) => one.name === "Summer at Urke")!;
}

async function form(visit: Visit, place: string): Promise<Page> {
    const page = await visit.go(place);
    await page.getByLabel("Who is it for?").fill("Ana");
    return page;
}

const wish = ({ fake }: Visit) => fake.shares.wishes.at(-1)!;

rule("a moment is shown: to whom, with its own words before it, and the link", async (visit) => {
    const page = await form(visit, `show/${emil(visit).id}`);
    const leaf = page.getByRole("complementary", { name: "As Ana will see it" });
    await leaf.getByRole("heading", { name: /^Our son, born at twenty weeks/u }).waitFor();
    await leaf.getByText("Ines sent you this.").waitFor();
    assert.equal(await leaf.getByRole("button", { name: "Look" }).count(), 0);
    await page.getByText(kPassOn).waitFor();
    await page.getByRole("button", { name: "Make the link" }).click();
    await page.getByRole("heading", { name: "Ready for Ana" }).waitFor();
    const link = await page.getByLabel("The link", { exact: true }).inputValue();
    assert.match(link, /^https:\/\/family\.example:8421\/[0-9a-f]{32}\/#AGE-SECRET-KEY-1/u);
    await page.getByText(kPassOn).waitFor();
    await page.getByRole("img", { name: /picture, for a phone/u }).waitFor();
    const said = wish(visit);
    assert.equal(said.to, "Ana");
    assert.equal(said.way, "guests");
    assert.equal(said.cover, undefined, "its own cover stands, with who wrote it");
    assert.equal(said.originals, false);
    assert.equal(said.places, false);
    assert.equal(said.passphrase, undefined);
    assert.ok(!page.url().includes("AGE-SECRET"));
});

rule("rule 1 and 2: showing what is covered asks for none of its bytes", async (visit) => {
    const page = await form(visit, `show/${emil(visit).id}`);
    await page.getByRole("button", { name: "Make the link" }).click();
    await page.getByRole("heading", { name: "Ready for Ana" }).waitFor();
    const ids = emil(visit).items;
    assert.ok(!visit.fake.requests.some((one) => ids.some((id) => one.includes(id))));
    assert.equal(await page.locator("#main img").count(), 0);
});

rule(
    "rule 4: the line before it holds at most 160 characters, and more words go along",
    async (visit) => {
        const page = await form(visit, `show/${urke(visit).id}`);
        await page.getByRole("button", { name: "Put a line before all of it" }).click();
        const line = page.getByLabel("What Ana reads first");
        await line.fill("x".repeat(161));
        await page.getByRole("button", { name: "Make the link" }).click();
        assert.equal(visit.fake.shares.wishes.length, 0);
        await line.fill("Three weeks in a boat shed.");
        await page.getByRole("button", { name: /Tell me more/u }).click();
        await page.getByLabel("What whoever asks is told").fill("It rained.");
        await page.getByRole("button", { name: "Make the link" }).click();
        await page.getByRole("heading", { name: "Ready for Ana" }).waitFor();
        assert.equal(wish(visit).cover, "Three weeks in a boat shed.");
        assert.equal(wish(visit).more, "It rained.");
    },
);

rule(
    "a passphrase, its hint, a last day, and what goes along are said as they were chosen",
    async (visit) => {
        const page = await form(visit, `show/${urke(visit).id}`);
        await page.getByLabel("A passphrase, if you like").fill("the name of the boat");
        await page.getByLabel("A hint that Ana sees").fill("What Nils called it");
        await page.getByLabel("Until", { exact: true }).fill("2999-06-30");
        await page.getByLabel("Its story, with what stands in it").check();
        await page.getByLabel("The originals go along").check();
        await page.getByLabel("Ana is offered to save it").uncheck();
        await page.getByLabel("A link to your web server").check();
        await page.getByRole("button", { name: "Make the link" }).click();
        await page.getByRole("heading", { name: "Ready for Ana" }).waitFor();
        const said = wish(visit);
        assert.equal(said.passphrase, "the name of the boat");
        assert.equal(said.hint, "What Nils called it");
        assert.equal(said.until, "2999-06-30");
        assert.ok("moment" in said && said.story);
        assert.equal(said.originals, true);
        assert.equal(said.places, false);
        assert.equal(said.save, false);
        assert.equal(said.way, "folder");
    },
);

rule(
    "rule 21: the hint stands before what it locks, and no passphrase means no hint",
    async (visit) => {
        const page = await form(visit, `show/${urke(visit).id}`);
        assert.ok(await page.getByLabel("A hint that Ana sees").isDisabled());
        await page.getByLabel("A passphrase, if you like").fill("boat");
        await page.getByLabel("A hint that Ana sees").fill("What it was called");
        const leaf = page.getByRole("complementary");
        await leaf.getByText("First Ana is asked for the passphrase. What it was called").waitFor();
    },
);

rule("what was picked is shown from the bar, and one thing from the viewer", async (visit) => {
    const page = await visit.go("timeline");
    await page
        .getByRole("button", { name: "Choose several" })
        .or(page.getByRole("button", { name: /^Pick|^Choose/u }))
        .first()
        .click();
    // One that has not come yet cannot be picked.
    const cells = page.locator(".cell a:not(.cov):has(img)");
    await cells.nth(0).click();
    await cells.nth(1).click();
    await page.getByRole("button", { name: "Show someone" }).click();
    await page.getByLabel("Who is it for?").fill("Ana");
    await page.getByRole("button", { name: "Make the link" }).click();
    await page.getByRole("heading", { name: "Ready for Ana" }).waitFor();
    const said = wish(visit);
    assert.ok("items" in said && said.items.length === 2);
    await visit.go(`timeline?item=${visit.fake.things[4]!.id}`);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Show someone" }).click();
    await page.getByRole("heading", { name: "Show someone" }).waitFor();
    assert.ok(page.url().includes(visit.fake.things[4]!.id));
});

rule("rule 3: of what is covered by itself the form tells the words", async (visit) => {
    const covered = visit.fake.things.filter((one) => one.cover !== null);
    const page = await form(visit, `show?items=${covered.map((one) => one.id).join(",")}`);
    await page.getByText("Stays covered until Ana chooses to look at it").waitFor();
    await page.locator(".covered-lines").getByText(covered[0]!.cover!).waitFor();
    const html = await page.content();
    for (const one of covered) assert.ok(!html.includes(one.name));
});

rule("long work tells how far it is, and can be stopped; nothing of it is left", async (visit) => {
    visit.fake.shares.isQuick = false;
    const page = await form(visit, `show/${urke(visit).id}`);
    await page.getByRole("button", { name: "Make the link" }).click();
    await page.getByText("Making copies, 1 of 3").waitFor();
    assert.equal(await page.getByRole("progressbar").getAttribute("aria-valuenow"), "33");
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped. Nothing of it is left.").waitFor();
    assert.equal(
        await page.getByLabel("Who is it for?").inputValue(),
        "Ana",
        "and what was typed stands",
    );
    assert.equal(visit.fake.shares.all.length, 0);
});

rule("whoever leaves while it is made has stopped it", async (visit) => {
    visit.fake.shares.isQuick = false;
    const page = await form(visit, `show/${urke(visit).id}`);
    await page.getByRole("button", { name: "Make the link" }).click();
    await page.getByText("Making copies, 1 of 3").waitFor();
    await page.getByRole("link", { name: "Timeline" }).click();
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
    await soon(() =>
        assert.ok(
            visit.fake.requests.some((one) => /^DELETE .*\/showing\/[0-9a-f]{32}$/u.test(one)),
        ),
    );
});

rule("what could not go along is said", async (visit) => {
    visit.fake.shares.isQuick = false;
    const page = await form(visit, `show/${urke(visit).id}`);
    await page.getByRole("button", { name: "Make the link" }).click();
    await page.getByText("Making copies, 1 of 3").waitFor();
    const id = [...visit.fake.shares.showings.keys()].at(-1)!;
    visit.fake.shares.finish(id, { missing: 1, left_out: 2, unplayable: 1 });
    await page.getByText("1 thing could not be copied").waitFor();
    await page.getByText("2 originals stay here").waitFor();
    await page.getByText("1 film or recording goes along as a still alone").waitFor();
});

rule("a file is saved, and its words go another way", async (visit) => {
    visit.fake.shares.ways = { guests: null, folder: false, folder_at: null };
    const page = await form(visit, `show/${urke(visit).id}`);
    await page.getByRole("button", { name: "Make the file" }).click();
    await page.getByRole("heading", { name: "Ready for Ana" }).waitFor();
    const words = await page.getByLabel("The words that open it").inputValue();
    assert.match(words, /^AGE-SECRET-KEY-1/u);
    assert.equal(await page.getByRole("img", { name: /phone/u }).count(), 0);
    const saving = page.waitForEvent("download");
    await page.getByRole("link", { name: "Save the file" }).click();
    assert.equal((await saving).suggestedFilename(), "shown-3f2a9c1e.html");
    await page.getByText("This file is for Ana. Anyone Ana gives it to can open it too.").waitFor();
});

rule(
    "all of it can be seen before, on a page that is no share; another word in the form and it goes",
    async (visit) => {
        const page = await form(visit, `show/${emil(visit).id}`);
        await page.getByRole("button", { name: "See all of it" }).click();
        const open = page.getByRole("link", { name: "Open it in a tab of its own" });
        await open.waitFor();
        assert.match(
            (await open.getAttribute("href"))!,
            /^api\/v1\/showing\/[0-9a-f]{32}\/page#AGE-/u,
        );
        assert.equal(await open.getAttribute("rel"), "noopener noreferrer");
        assert.equal(wish(visit).way, "look");
        assert.equal(visit.fake.shares.all.length, 0);
        await page.getByLabel("Who is it for?").fill("Bo");
        await page.getByRole("button", { name: "See all of it" }).waitFor();
        await soon(() =>
            assert.ok(visit.fake.requests.some((one) => one.startsWith("DELETE /api/v1/showing/"))),
        );
    },
);

rule("an address that only this computer finds is called that", async (visit) => {
    visit.fake.shares.ways.guests = "http://0.0.0.0:8421/";
    visit.fake.shares.ways.folder = false;
    const page = await form(visit, `show/${urke(visit).id}`);
    await page
        .getByText("Only this computer finds http://0.0.0.0:8421/.", { exact: false })
        .waitFor();
});

rule(
    "all that is shown to anyone: one list, without a link until it is asked for",
    async (visit) => {
        const moment = urke(visit);
        visit.fake.shares.add({
            to: "Bo",
            what: "story",
            moment: moment.id,
            name: moment.name,
            until: "2999-06-30",
            passphrase: true,
        });
        visit.fake.shares.add({
            to: "Cy",
            where: [
                {
                    as: "folder",
                    device: "attic",
                    path: "/srv/www/cy",
                    at: "https://family.example/cy",
                },
            ],
        });
        const page = await visit.go("shown");
        const bo = page.locator(".shares > li", { hasText: "Bo" });
        await bo.getByText("The story of Summer at Urke").waitFor();
        await bo.getByText(/since 2 April 2025, until 30 June 2999, with a passphrase/u).waitFor();
        await page.getByText("in the folder /srv/www/cy, on attic").waitFor();
        assert.ok(!(await page.content()).includes("AGE-SECRET-KEY"));
        await bo.getByRole("button", { name: /^The link again: Bo/u }).click();
        assert.match(
            await page.getByLabel("The link", { exact: true }).inputValue(),
            /#AGE-SECRET-KEY-1/u,
        );
        await page.getByRole("button", { name: "Close" }).click();
        await soon(async () =>
            assert.ok(
                !(await page.content()).includes("AGE-SECRET-KEY"),
                "and it leaves with its panel",
            ),
        );
    },
);

rule("rule 22: ending says what it does, and never that saved copies vanish", async (visit) => {
    visit.fake.shares.add({ to: "Ana" });
    const page = await visit.go("shown");
    await page.getByRole("button", { name: /^End: Ana/u }).click();
    await page.getByText("Keepsake cannot take back copies already saved.").waitFor();
    assert.equal(visit.fake.shares.all.length, 1, "not yet");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Go on showing it" }).click();
    await page.getByRole("button", { name: /^End: Ana/u }).click();
    await dialog.getByRole("button", { name: "End", exact: true }).click();
    await page
        .getByText("Ana’s link stops working now. Keepsake cannot take back copies already saved.")
        .waitFor();
    await page.getByText("Nothing is shown to anyone.").waitFor();
});

rule("ending says where copies could not be removed", async (visit) => {
    const where = [
        {
            as: "folder" as const,
            device: "attic",
            path: "/srv/www/cy",
            at: "https://family.example/cy",
        },
    ];
    visit.fake.shares.add({ to: "Cy", where });
    visit.fake.shares.remains = where;
    const page = await visit.go("shown");
    await page.getByRole("button", { name: /^End: Cy/u }).click();
    await page.getByRole("dialog").getByRole("button", { name: "End", exact: true }).click();
    await page
        .getByText("It still stands in the folder /srv/www/cy, on attic.", { exact: false })
        .waitFor();
    await page
        .getByText("If the folder was copied to https://family.example/cy, remove it there, too.")
        .waitFor();
    assert.equal(await page.getByText("stops working now").count(), 0);
});

rule("the list of what is shown is asked for when it changes, and then rests", async (visit) => {
    visit.fake.shares.add({ to: "Ana" });
    const page = await visit.go("shown");
    await page.getByRole("button", { name: /^End: Ana/u }).waitFor();
    await page.waitForTimeout(500);
    await visit.rest();
    const asked = visit.fake.requests.filter((one) => one.includes("/shares?"));
    assert.ok(asked.length <= 2, `${asked.length}`);
});

rule("another date, or none", async (visit) => {
    visit.fake.shares.add({ to: "Ana", until: "2998-01-01" });
    const page = await visit.go("shown");
    await page.getByRole("button", { name: /^Change the date: Ana/u }).click();
    const day = page.getByRole("dialog").getByLabel("Until");
    assert.equal(await day.inputValue(), "2998-01-01");
    await day.fill("2999-06-30");
    await page.getByRole("dialog").getByRole("button", { name: "Change the date" }).click();
    await page.getByText("Ana can open it until 30 June 2999.").waitFor();
    assert.equal(visit.fake.shares.all[0]!.until, "2999-06-30");
    await page.getByRole("button", { name: /^Change the date: Ana/u }).click();
    await day.fill("");
    await page.getByRole("dialog").getByRole("button", { name: "Change the date" }).click();
    await page.getByText("Ana can open it until you end it.").waitFor();
});

rule("the moment names whom it is shown to, and whom a part of it", async (visit) => {
    const moment = urke(visit);
    visit.fake.shares.add({ to: "Ana", what: "moment", moment: moment.id, name: moment.name });
    const part = visit.fake.shares.add({ to: "Bo" });
    visit.fake.shares.partOf.set(part.id, moment.id);
    const page = await visit.go(`moment/${moment.id}`);
    await page.getByRole("link", { name: "Ana", exact: true }).waitFor();
    await page.getByRole("link", { name: "Bo, a part of it" }).waitFor();
    await page.getByRole("link", { name: "Show someone" }).click();
    await page.getByLabel("Who is it for?").waitFor();
});

rule(
    "rule 28: on a phone the form fits, its preview before the button",
    async (visit) => {
        const page = await form(visit, `show/${emil(visit).id}`);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 390, String(width));
        const top = async (name: string) => (await page.locator(name).boundingBox())!.y;
        assert.ok((await top(".as")) < (await top(".two .finish")));
    },
    { shape: phone },
);

rule("the first page fetches nothing of what shows", async (visit) => {
    const page = await visit.go("home");
    await page.locator(".moment").first().waitFor();
    await visit.rest();
    assert.ok(!visit.fake.requests.some((one) => /\/assets\/(Show|QrCode|showing)/u.test(one)));
    assert.ok(!visit.fake.requests.some((one) => one.includes("/showing")));
});
