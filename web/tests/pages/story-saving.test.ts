import assert from "node:assert/strict";

import { held, soon, type Visit } from "../browser.ts";
import { rule } from "../rules.ts";
import {
    closing,
    done,
    drafted,
    garden,
    reads,
    standing,
    typeAfter,
    typeUnsaved,
    write,
} from "../story.ts";

/** A gate that something waits for until it is opened. */
function gate(): { opened: Promise<void>; open: () => void } {
    let open = () => {};
    const opened = new Promise<void>((go) => (open = go));
    return { opened, open };
}

/** How many drafts were sent. */
const sent = ({ fake }: Visit) =>
    fake.requests.filter((line) => line.startsWith("PUT") && line.endsWith("/story/draft")).length;

rule(
    "screen 9: what is written saves itself as a draft that its writer alone sees, and outlives the page",
    async (visit) => {
        const moment = garden(visit);
        const page = await write(visit, moment);
        await page.keyboard.type("The tulips came late.");
        await drafted(visit, moment, "The tulips came late.");
        await page.getByText("Draft. Only you.").waitFor();
        assert.deepEqual(standing(visit, moment), []);
        await page.goto("about:blank");
        await write(visit, moment);
        await reads(page, "The tulips came late.");
        visit.fake.me = visit.fake.people[1]!.id;
        await page.reload();
        await page.locator(".writing .text").first().waitFor();
        await reads(page, "");
    },
);

rule("screen 9: a page that is left at once loses nothing", async (visit) => {
    const moment = garden(visit);
    const page = await write(visit, moment);
    await page.keyboard.type("At once.");
    await page.getByRole("link", { name: /Ana’s garden/u }).click();
    await page.locator(".editbar").waitFor({ state: "detached" });
    await drafted(visit, moment, "At once.");
    await write(visit, moment);
    await typeAfter(page, "At once.", "");
    // All at once: what is saved while somebody types on is not what is meant here.
    await page.keyboard.insertText(" And closed.");
    await reads(page, "At once. And closed.");
    assert.equal((await closing(page)).length, 1);
    await drafted(visit, moment, "At once. And closed.");
    await page.goto("about:blank");
});

rule("who said it is that again where nothing is said yet", async (visit) => {
    const moment = garden(visit);
    const page = await write(visit, moment);
    await page.getByRole("button", { name: "Quotation" }).click();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.type("Ana");
    await drafted(visit, moment, ">\n> — Ana");
    await page.reload();
    await page.locator(".writing .text").first().waitFor();
    await reads(page, "", "Ana", "");
    assert.equal(await page.locator(".writing .quotation .source").innerText(), "Ana");
    await page.locator(".writing .quotation .text").first().click();
    await page.keyboard.type("He came.");
    await drafted(visit, moment, "> He came.\n>\n> — Ana");
});

rule(
    "two windows of one person do not write over each other",
    async (visit) => {
        const moment = garden(visit);
        const page = await write(visit, moment);
        await page.keyboard.type("Here.");
        await drafted(visit, moment, "Here.");
        visit.fake.stories.told(moment).drafts.set(visit.fake.me!, {
            text: "Here.\n\nThere.",
            follows: [],
            saved: "2025-05-12T08:00:00Z",
            mark: "another",
        });
        await page.keyboard.type(" And here.");
        await page
            .getByRole("heading", { name: "You wrote here in another window, too." })
            .waitFor();
        assert.equal(visit.fake.stories.draft(moment, visit.fake.me)!.text, "Here.\n\nThere.");
        await page.getByRole("button", { name: "Take it in" }).click();
        await soon(() => {
            const { text } = visit.fake.stories.draft(moment, visit.fake.me)!;
            assert.ok(text.includes("There.") && text.includes("And here."), text);
        });
    },
    { expected: /409/u },
);

rule(
    "nothing is saved in the name of whoever came meanwhile",
    async (visit) => {
        const moment = garden(visit);
        const page = await write(visit, moment);
        const [ines, joren] = visit.fake.people;
        visit.fake.me = joren!.id;
        await page.keyboard.type("Hers.");
        await page.getByText(/^Somebody else is here now\./u).waitFor();
        assert.equal(visit.fake.stories.draft(moment, joren!.id), undefined);
        visit.fake.me = ines!.id;
        await drafted(visit, moment, "Hers.");
    },
    { expected: /409/u },
);

rule(
    "screen 9: what is typed while a draft is on its way outlives a page that is closed before its answer",
    async (visit) => {
        const moment = garden(visit);
        const page = await write(visit, moment);
        const { opened, open } = gate();
        visit.fake.nextDraft = { answered: opened };
        await page.keyboard.insertText("One.");
        await drafted(visit, moment, "One.");
        await page.keyboard.insertText(" Two.");
        await reads(page, "One. Two.");
        assert.equal((await closing(page)).length, 1);
        await drafted(visit, moment, "One. Two.");
        await page.goto("about:blank");
        open();
    },
    { expected: /409/u },
);

rule(
    "screen 9: a draft that arrives after the last one of a closed page takes nothing back",
    async (visit) => {
        const moment = garden(visit);
        const page = await write(visit, moment);
        const { opened, open } = gate();
        visit.fake.nextDraft = { taken: opened };
        await page.keyboard.insertText("One.");
        await soon(() => assert.equal(sent(visit), 1));
        await page.keyboard.insertText(" Two.");
        await reads(page, "One. Two.");
        assert.equal((await closing(page)).length, 1);
        await drafted(visit, moment, "One. Two.");
        await page.goto("about:blank");
        open();
        await soon(() => assert.equal(visit.fake.busy, 0));
        await drafted(visit, moment, "One. Two.");
        assert.equal(sent(visit), 2, "one that suits before the other and after it");
    },
    { expected: /409/u },
);

for (const [name, when] of [
    ["before", "answered"],
    ["after", "taken"],
] as const)
    rule(
        `a page that was hidden, and whose draft arrived ${name} the last one, is written on`,
        async (visit) => {
            const moment = garden(visit);
            const page = await write(visit, moment);
            const { opened, open } = gate();
            visit.fake.nextDraft = { [when]: opened };
            await page.keyboard.insertText("One.");
            await soon(() => assert.equal(sent(visit), 1));
            await page.keyboard.insertText(" Two.");
            await page.evaluate(() => {
                Object.defineProperty(document, "visibilityState", { value: "hidden" });
                document.dispatchEvent(new Event("visibilitychange"));
            });
            await drafted(visit, moment, "One. Two.");
            open();
            await visit.rest();
            await page.keyboard.insertText(" Three.");
            await drafted(visit, moment, "One. Two. Three.");
            await visit.rest();
            await page.getByText("Draft. Only you.").waitFor();
            assert.equal(await page.getByText("another window").count(), 0);
        },
        { expected: /409/u },
    );

rule(
    "a draft whose answer is lost is this page’s own, and none of another window",
    async (visit) => {
        const moment = garden(visit);
        const page = await write(visit, moment);
        await page.route(
            /\/story\/draft/u,
            async (route) => {
                await route.fetch();
                await route.abort();
            },
            { times: 1 },
        );
        await page.keyboard.insertText("One.");
        await page.getByText("Not saved yet. It is tried again.").waitFor();
        await drafted(visit, moment, "One.");
        await page.keyboard.insertText(" Two.");
        await drafted(visit, moment, "One. Two.");
        await page.getByText("Draft. Only you.").waitFor();
    },
    { expected: /ERR_FAILED/u },
);

rule(
    "whoever comes back before the last save of a story is answered finds its words at once",
    async (visit) => {
        const moment = garden(visit);
        const page = await write(visit, moment);
        const { opened, open } = gate();
        visit.fake.nextDraft = { taken: opened };
        await page.keyboard.insertText("At once.");
        visit.fake.refusesDrafts = true;
        await page.getByRole("link", { name: /Ana’s garden/u }).click();
        await page.locator(".editbar").waitFor({ state: "detached" });
        await write(visit, moment);
        await reads(page, "At once.");
        open();
        await page.getByText("Not saved yet. It is tried again.").waitFor();
        visit.fake.refusesDrafts = false;
        await drafted(visit, moment, "At once.");
        await reads(page, "At once.");
    },
    { expected: /500/u },
);

rule(
    "a draft that cannot be saved is said to be so, tried again, and not lost",
    async (visit) => {
        const moment = garden(visit);
        const page = await write(visit, moment);
        await typeUnsaved(visit, "Words.");
        visit.fake.refusesDrafts = false;
        await drafted(visit, moment, "Words.");
        await page.getByText("Draft. Only you.").waitFor();
    },
    { expected: /500/u },
);

rule(
    "words that could not be saved when the page was left are there when it is opened again",
    async (visit) => {
        const moment = garden(visit);
        const page = await write(visit, moment);
        await typeUnsaved(visit, "Words.");
        await page.keyboard.type(" And more.");
        const refused = page.waitForResponse(
            (one) => one.status() === 500 && !!one.request().postData()?.includes("And more."),
        );
        await page.getByRole("link", { name: /Ana’s garden/u }).click();
        await page.locator(".editbar").waitFor({ state: "detached" });
        await refused;
        await visit.rest();
        visit.fake.refusesDrafts = false;
        await page.getByRole("link", { name: "Write" }).first().click();
        await page.getByText("Words. And more.").waitFor();
        await drafted(visit, moment, "Words. And more.");
    },
    { expected: /500/u },
);

rule(
    "a version that could not be written stays a draft, and the page stays",
    async (visit) => {
        const moment = garden(visit);
        const page = await write(visit, moment);
        visit.fake.refusesStories = true;
        await page.keyboard.type("Words.");
        await page.getByRole("button", { name: "Done" }).click();
        await page.getByText("The disk could not write it.").waitFor();
        await drafted(visit, moment, "Words.");
        visit.fake.refusesStories = false;
        await done(page);
        assert.deepEqual(standing(visit, moment), ["Words."]);
    },
    { expected: /500/u },
);

rule(
    "words that could not be saved before the archive was locked are there when it is opened again",
    async (visit) => {
        const moment = garden(visit);
        const page = await write(visit, moment);
        await typeUnsaved(visit, "Nearly lost.");
        visit.fake.state = "locked";
        await page.getByLabel("Your passphrase").fill(visit.fake.passphrase);
        assert.ok(!(await page.content()).includes("Nearly lost."));
        visit.fake.refusesDrafts = false;
        await page.getByRole("button", { name: "Open" }).click();
        await page.getByText("Nearly lost.").waitFor();
        await drafted(visit, moment, "Nearly lost.");
    },
    { expected: /500|401/u },
);

rule(
    "words that were written when the disk went away are there when it is back",
    async (visit) => {
        const moment = garden(visit);
        const page = await write(visit, moment);
        // However long typing takes, the disk is away before any of it is saved.
        const gate = await held(page, "PUT", /\/draft$/u);
        await page.keyboard.type("Nearly lost.");
        visit.fake.state = "gone";
        await gate.open();
        await page.getByRole("button", { name: "Try again" }).waitFor();
        visit.fake.state = "open";
        await page.getByRole("button", { name: "Try again" }).click();
        await page.getByText("Nearly lost.").waitFor();
        await drafted(visit, moment, "Nearly lost.");
    },
    { expected: /503/u },
);
