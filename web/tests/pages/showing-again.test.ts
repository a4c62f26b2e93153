import assert from "node:assert/strict";

import type { Page, Route } from "playwright-core";

import { focusComesTo, focused, held, soon, type Visit } from "../browser.ts";
import type { FakeMoment } from "../fake/world.ts";
import { rule } from "../rules.ts";

const emil = ({ fake }: Visit) => fake.moments.find((one) => one.name === "Emil")!;
const urke = ({ fake }: Visit) => fake.moments.find((one) => one.name === "Summer at Urke")!;

async function form(visit: Visit, moment: FakeMoment): Promise<Page> {
    const page = await visit.go(`show/${moment.id}`);
    await page.getByLabel("Who is it for?").fill("Ana");
    return page;
}

const make = (page: Page) => page.getByRole("button", { name: "Make the link" });

rule(
    "a line before it that was emptied is sent as none, and not as the archive has it",
    async (visit) => {
        const page = await form(visit, emil(visit));
        await page.getByLabel("What Ana reads first").fill("");
        const leaf = page.getByRole("complementary", { name: "As Ana will see it" });
        await leaf.getByText("Ines covered this and hasn’t said what it is.").waitFor();
        await make(page).click();
        await page.getByRole("heading", { name: "Ready for Ana" }).waitFor();
        assert.equal(visit.fake.shares.wishes.at(-1)!.cover, "");
    },
);

rule(
    "what could not be asked for keeps the form, what stands in it, and what it tells of",
    async (visit) => {
        const page = await form(visit, urke(visit));
        await page
            .getByText(/^A story, /u)
            .first()
            .waitFor();
        await page.route("**/showing/outline", (route) => route.abort());
        // It is not said to be checked: it may be taken back before that is looked at.
        await page.getByLabel("Its story, with what stands in it").click();
        await page.locator(".said-here", { hasText: "Keepsake is not running." }).waitFor();
        assert.equal(await page.getByLabel("Who is it for?").inputValue(), "Ana");
        await soon(async () =>
            assert.ok(await page.getByLabel("All of it", { exact: true }).isChecked()),
        );
        await visit.rest();
        await page.unroute("**/showing/outline");
        await page.getByLabel("Its story, with what stands in it").check();
        await page.locator(".what").getByText("A story", { exact: true }).waitFor();
        await make(page).click();
        await page.getByRole("heading", { name: "Ready for Ana" }).waitFor();
        const wish = visit.fake.shares.wishes.at(-1)!;
        assert.ok("story" in wish && wish.story);
    },
    { expected: /ERR_FAILED/u },
);

rule("an older answer that comes late does not take the place of a newer one", async (visit) => {
    const page = await form(visit, urke(visit));
    const late: Route[] = [];
    await page.route("**/showing/outline", async (route) => {
        if (late.length === 0) late.push(route);
        else await route.continue();
    });
    await page.getByLabel("Its story, with what stands in it").check();
    const answered = page.waitForResponse("**/showing/outline");
    await page.getByLabel("All of it", { exact: true }).check();
    await answered;
    const answeredLate = page.waitForResponse("**/showing/outline");
    await late[0]!.continue();
    await answeredLate;
    await visit.rest();
    await page
        .locator(".what")
        .getByText(/^A story, /u)
        .waitFor();
});

rule(
    "the link that is asked for while all of it is being made to look at is made after that has ended",
    async (visit) => {
        visit.fake.shares.isQuick = false;
        const page = await form(visit, urke(visit));
        await page.getByRole("button", { name: "See all of it" }).click();
        await page.getByText("Making copies, 1 of 3").waitFor();
        visit.fake.shares.isQuick = true;
        await make(page).click();
        await page.getByRole("heading", { name: "Ready for Ana" }).waitFor();
        assert.deepEqual(
            visit.fake.shares.wishes.map((one) => one.way),
            ["look", "guests"],
        );
    },
);

rule("also where a word was changed in between", async (visit) => {
    visit.fake.shares.isQuick = false;
    const page = await form(visit, urke(visit));
    await page.getByRole("button", { name: "See all of it" }).click();
    await page.getByText("Making copies, 1 of 3").waitFor();
    visit.fake.shares.isQuick = true;
    await page.getByLabel("Who is it for?").fill("Bo");
    await make(page).click();
    await page.getByRole("heading", { name: "Ready for Bo" }).waitFor();
});

rule("a link that is asked for twice is made once", async (visit) => {
    const page = await form(visit, urke(visit));
    const gate = await held(page, "POST", /\/showing$/u);
    await make(page).click();
    await make(page).click();
    await gate.open();
    await page.getByRole("heading", { name: "Ready for Ana" }).waitFor();
    await visit.rest();
    assert.equal(visit.fake.shares.wishes.length, 1);
    assert.equal(visit.fake.shares.all.length, 1);
});

rule("nothing is made for whoever leaves before it has begun", async (visit) => {
    visit.fake.shares.isQuick = false;
    const page = await form(visit, urke(visit));
    const gate = await held(page, "POST", /\/showing$/u);
    await make(page).click();
    await page.getByRole("link", { name: "Timeline" }).click();
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
    const ended = page.waitForRequest(
        (one) => one.method() === "DELETE" && /showing/u.test(one.url()),
    );
    await gate.open();
    await ended;
});

rule("the focus goes along: to the making, to what was made, to what failed", async (visit) => {
    visit.fake.shares.isQuick = false;
    const { shares } = visit.fake;
    const page = await form(visit, urke(visit));
    const id = () => [...shares.showings.keys()].at(-1)!;
    await make(page).click();
    await page.getByText("Making copies, 1 of 3").waitFor();
    await focusComesTo(page, "Making copies, 1 of 3");
    shares.finish(id(), { state: "failed", message: "The disk is full." });
    const failed = "It could not be made. Nothing was changed. The disk is full.";
    await page.getByText(failed).waitFor();
    await focusComesTo(page, failed);
    await make(page).click();
    await page.getByText("Making copies, 1 of 3").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped. Nothing of it is left.").waitFor();
    await focusComesTo(page, "Stopped. Nothing of it is left.");
    await make(page).click();
    await page.getByText("Making copies, 1 of 3").waitFor();
    shares.finish(id());
    await page.getByRole("heading", { name: "Ready for Ana" }).waitFor();
    await focusComesTo(page, "Ready for Ana");
});

rule(
    "a link that could not be begun says why, and the focus is there",
    async (visit) => {
        const page = await form(visit, urke(visit));
        await page.route(/\/showing$/u, (route) => route.abort());
        await make(page).click();
        const line = page.locator(".said-here", { hasText: "Keepsake is not running." });
        await line.waitFor();
        await soon(async () => assert.match(await focused(page), /^Keepsake is not running\./u));
        assert.equal(await page.getByLabel("Who is it for?").inputValue(), "Ana");
    },
    { expected: /ERR_FAILED/u },
);

rule(
    "after End the focus is at the row that follows, and at the last at the title",
    async (visit) => {
        for (const to of ["Cy", "Bo", "Ana"]) visit.fake.shares.add({ to });
        const page = await visit.go("shown");
        const end = async (to: string) => {
            await page.getByRole("button", { name: new RegExp(`^End: ${to}`, "u") }).click();
            await page
                .getByRole("dialog")
                .getByRole("button", { name: "End", exact: true })
                .click();
            await page.getByText(new RegExp(`^${to}’s link stops working now`, "u")).waitFor();
            await page
                .getByRole("button", { name: new RegExp(`^End: ${to}`, "u") })
                .waitFor({ state: "detached" });
        };
        await end("Bo");
        await focusComesTo(page, "Cy");
        await end("Cy");
        await focusComesTo(page, "Ana");
        await end("Ana");
        await page.getByText("Nothing is shown to anyone.").waitFor();
        await focusComesTo(page, "All that is shown to anyone");
    },
);

rule(
    "a moment says where it cannot be read to whom it is shown",
    async (visit) => {
        await visit.page.route("**/shares?*", (route) => route.fulfill({ status: 500 }));
        const page = await visit.go(`moment/${urke(visit).id}`);
        await page.getByText("Whom else it is shown to could not be read just now.").waitFor();
    },
    { expected: /500/u },
);

const places = {
    guests: { as: "guests" as const, path: "", at: null },
    folder: { as: "folder" as const, path: "/srv/cy", at: null },
    file: { as: "file" as const, path: "/srv/cy.html", at: null },
};
const said = {
    en: {
        guests: [
            "served to guests from here",
            "Guests may still be able to open it from here: it could not be removed. Keepsake tries again.",
            "served to guests from attic",
            "Guests can still open it from attic, until Keepsake tends that device the next time.",
        ],
        folder: [
            "in the folder /srv/cy",
            "It still stands in the folder /srv/cy: it could not be removed. Remove it there yourself; Keepsake tries again.",
            "in the folder /srv/cy, on attic",
            "It still stands in the folder /srv/cy, on attic. It is removed there the next time that Keepsake tends that device.",
        ],
        file: [
            "in the file /srv/cy.html",
            "It still stands in the file /srv/cy.html: it could not be removed. Remove it there yourself; Keepsake tries again.",
            "in the file /srv/cy.html, on attic",
            "It still stands in the file /srv/cy.html, on attic. It is removed there the next time that Keepsake tends that device.",
        ],
    },
    de: {
        guests: [
            "von hier aus für Gäste",
            "Vielleicht können Gäste es noch von hier aus öffnen: Es ließ sich nicht entfernen. Keepsake versucht es weiter.",
            "von attic aus für Gäste",
            "Gäste können es noch von attic aus öffnen, bis sich Keepsake das nächste Mal um dieses Gerät kümmert.",
        ],
        folder: [
            "im Ordner /srv/cy",
            "Es steht noch im Ordner /srv/cy: Es ließ sich nicht entfernen. Entferne es dort selbst; Keepsake versucht es weiter.",
            "im Ordner /srv/cy, auf attic",
            "Es steht noch im Ordner /srv/cy, auf attic. Dort wird es entfernt, wenn sich Keepsake das nächste Mal um dieses Gerät kümmert.",
        ],
        file: [
            "in der Datei /srv/cy.html",
            "Es steht noch in der Datei /srv/cy.html: Es ließ sich nicht entfernen. Entferne es dort selbst; Keepsake versucht es weiter.",
            "in der Datei /srv/cy.html, auf attic",
            "Es steht noch in der Datei /srv/cy.html, auf attic. Dort wird es entfernt, wenn sich Keepsake das nächste Mal um dieses Gerät kümmert.",
        ],
    },
};

for (const language of ["en", "de"] as const)
    rule(`ending says of every place that it still stands there (${language})`, async (visit) => {
        const { shares, settings, me } = visit.fake;
        settings.get(me!)!.language = language;
        for (const as of ["guests", "folder", "file"] as const)
            for (const [at, device] of [null, "attic"].entries()) {
                const where = [{ ...places[as], device }];
                shares.add({ to: "Cy", where });
                shares.remains = where;
                const page = await visit.go("shown");
                await page.locator(".where", { hasText: said[language][as][2 * at]! }).waitFor();
                await page.locator(".share-acts button").last().click();
                await page.getByRole("dialog").locator(".under button").last().click();
                await page
                    .locator(".said-here")
                    .getByText(said[language][as][2 * at + 1]!, { exact: true })
                    .waitFor();
                await page.goto("about:blank");
            }
    });
