import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "playwright-core";

import { desk, phone, webFolder } from "../browser.ts";
import { guestRule } from "../guest-rules.ts";
import { emil, type GuestVisit } from "../guest.ts";

const axe = readFileSync(join(webFolder, "node_modules/axe-core/axe.min.js"), "utf8");

/** What axe-core finds; put in by the browser's debugger, as the page's policy lets no other script in. */
async function findings(page: Page): Promise<string[]> {
    return (await page.evaluate(`(() => { if (!window.axe) { ${axe} } return axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((all) =>
        all.violations.map((one) => one.id + ": " + one.nodes.map((node) => node.html.slice(0, 160) + " " + node.failureSummary).join("; "))); })()`)) as string[];
}

/** Through every state of a visit. */
async function* states(visit: GuestVisit): AsyncGenerator<string> {
    const { page, host } = visit;
    await visit.arrive();
    yield "the words";
    await visit.button("Tell me more").click();
    yield "more words";
    await visit.button("Not now").click();
    yield "not now";
    await visit.button("Back to the words").click();
    await visit.button("Look").click();
    await page.locator(".pair img").nth(1).waitFor();
    yield "the story";
    await visit.button("Look").first().click();
    await page.locator(".covered img").waitFor();
    yield "a look";
    await visit.button("Not now").click();
    yield "folded";
    await page.getByRole("button", { name: /^Play: / }).click();
    await page.getByRole("slider").waitFor();
    yield "a recording";
    await visit.button("Save this").click();
    yield "saving";
    await page.goto(host.place.replace(/$/u, "?new"));
    await page.locator("h1").waitFor();
    yield "a broken link";
}

for (const [scheme, name, shape] of [
    ["light", "desk", desk],
    ["dark", "phone", phone],
] as const)
    guestRule(
        `rule 28: axe finds nothing in any state (${scheme}, ${name})`,
        async (visit) => {
            const all: string[] = [];
            for await (const state of states(visit))
                all.push(...(await findings(visit.page)).map((one) => `${state}: ${one}`));
            assert.deepEqual(all, []);
        },
        { shape: { ...shape, colorScheme: scheme } },
    );

guestRule(
    "rule 28: the passphrase page, too",
    async (visit) => {
        const page = await visit.arrive();
        assert.deepEqual(await findings(page), []);
        await page.getByLabel("Passphrase").fill("no");
        await visit.button("Open").click();
        await page.getByText("That is not it.").waitFor();
        assert.deepEqual(await findings(page), []);
    },
    { share: emil({ passphrase: "petrel", hint: "What Nils called the boat" }) },
);

for (const [name, viewport] of [
    ["320 px", { width: 320, height: 568 }],
    ["400 % of a desk", { width: 360, height: 225 }],
] as const)
    guestRule(
        `rule 28: nothing is cut off or scrolls sideways at ${name}`,
        async (visit) => {
            for await (const state of states(visit)) {
                const wide = await visit.page.evaluate(() => {
                    const most = document.documentElement.clientWidth;
                    const out = [...document.querySelectorAll("body *")]
                        .filter((one) => {
                            const box = one.getBoundingClientRect();
                            return box.width > 0 && (box.right > most + 1 || box.left < -1);
                        })
                        .map(
                            (one) =>
                                `${one.tagName}.${one.className} ${one.textContent?.slice(0, 40)}`,
                        );
                    return [document.documentElement.scrollWidth - most, ...out];
                });
                assert.deepEqual(wide, [0], state);
            }
        },
        { shape: { viewport, locale: "en-GB" } },
    );

guestRule("rule 27: targets are at least 24 px, the choices 44", async (visit) => {
    for await (const state of states(visit)) {
        const small = await visit.page.evaluate(() =>
            [...document.querySelectorAll("button, input")]
                .map((one) => [one.textContent, one.getBoundingClientRect()] as const)
                .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
                .map(([text]) => text),
        );
        assert.deepEqual(small, [], state);
    }
});

guestRule(
    "rule 16: nothing plays by itself, and nothing of a recording is fetched before",
    async (visit, host) => {
        const page = await visit.look();
        await page.mouse.wheel(0, 4000);
        await page.waitForTimeout(300);
        await visit.rest();
        assert.equal(await page.locator("audio, video").count(), 0);
        assert.ok(!host.content.some((one) => one.startsWith("sound")));
    },
);
