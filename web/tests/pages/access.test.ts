import assert from "node:assert/strict";

import type { Page } from "playwright-core";

import { findings } from "../axe.ts";
import { desk, phone, serve, soon, type Visit } from "../browser.ts";
import { rule } from "../rules.ts";

function places({ fake }: Visit): [string, string][] {
    if (fake.shares.all.length === 0) fake.shares.add({ until: "2999-06-30", passphrase: true });
    const covered = fake.things.find((one) => one.cover !== null)!;
    return [
        ["home", "home"],
        ["timeline", "timeline"],
        ["a moment", `moment/${fake.moments[0]!.id}`],
        ["a covered moment", `moment/${fake.moments[1]!.id}`],
        ["a story being written", `story/${fake.moments[0]!.id}`],
        ["a story not yet begun", `story/${fake.moments[3]!.id}`],
        ["the viewer", `timeline?item=${fake.things[4]!.id}`],
        ["the viewer, covered", `timeline?item=${covered.id}`],
        ["keep", "keep"],
        ["just kept", "just-kept"],
        ["find", "find?words=light"],
        ["care", "care"],
        ["quiet", "quiet"],
        ["let go", "let-go"],
        ["show someone", `show/${fake.moments[0]!.id}`],
        ["show someone, covered", `show/${fake.moments[1]!.id}`],
        ["shown to anyone", "shown"],
        ["settings", "settings"],
        ["who", "who"],
    ];
}

async function look(visit: Visit, place: string): Promise<Page> {
    const page = await visit.go(place);
    if (place.includes("item="))
        await page
            .locator("dialog.view .held img, dialog.view .coverleaf, dialog.view video")
            .first()
            .waitFor();
    else if (/timeline|find/u.test(place)) await page.locator(".cell a").first().waitFor();
    else if (place === "home") await page.locator(".moment").first().waitFor();
    await visit.rest();
    return page;
}

/** Each colour and each shape is looked at in one of two; all four of them in the long run. */
const isLong = Boolean(process.env.KEEPSAKE_TEST_LONG);

for (const scheme of ["light", "dark"] as const) {
    for (const [name, shape] of [
        ["desk", desk],
        ["phone", phone],
    ] as const) {
        if (!isLong && (scheme === "light") !== (name === "desk")) continue;
        rule(
            `rule 28: axe finds nothing on any page (${scheme}, ${name})`,
            async (visit) => {
                visit.fake.things[20]!.justKept = true;
                visit.fake.things[21]!.letGo = true;
                const all: string[] = [];
                for (const [what, place] of places(visit)) {
                    const page = await look(visit, place);
                    all.push(...(await findings(page)).map((one) => `${what}: ${one}`));
                }
                assert.deepEqual(all, []);
            },
            { shape: { ...shape, colorScheme: scheme } },
        );
    }
}

rule(
    "rule 28: axe finds nothing in menus, panels, picking, first open and unlocking",
    async (visit) => {
        const all: string[] = [];
        const check = async (what: string, page: Page) =>
            all.push(...(await findings(page)).map((one) => `${what}: ${one}`));
        let page = await look(visit, "timeline");
        await page.getByRole("button", { name: "Pick several" }).click();
        await page.locator(".cell a").first().click();
        await check("picking", page);
        await page.getByRole("button", { name: /^Ines:/u }).click();
        await check("the menu", page);
        page = await look(visit, `timeline?item=${visit.fake.things[4]!.id}`);
        await page.getByRole("button", { name: "Details" }).click();
        await page.getByText("iPhone 8").waitFor();
        await check("details", page);
        await page.getByRole("button", { name: "Add words, people, a date" }).click();
        await check("words", page);
        await page.keyboard.press("Escape");
        for (const [what, name] of [
            ["a part", "Show a part of it"],
            ["covering", "Cover"],
        ] as const) {
            await page.getByRole("button", { name: "More" }).click();
            await page.getByRole("menuitem", { name, exact: true }).click();
            await page.locator("dialog.panel-over").waitFor();
            await check(what, page);
            await page.keyboard.press("Escape");
        }
        visit.fake.state = "locked";
        await page.reload();
        await page.getByLabel("Your passphrase").waitFor();
        await check("unlock", page);
        visit.fake.state = "none";
        await page.reload();
        await page.getByRole("button", { name: "Start keeping" }).click();
        await page.getByLabel("Passphrase").waitFor();
        await check("first open", page);
        assert.deepEqual(all, []);
    },
    { expected: /401/u },
);

rule(
    "rule 28: at 400 % zoom and at 320 px nothing needs scrolling sideways, and the focus is never hidden",
    async (visit) => {
        for (const [what, place] of places(visit)) {
            const page = await look(visit, place);
            const over = await page.evaluate(
                () => document.documentElement.scrollWidth - innerWidth,
            );
            assert.ok(over <= 0, `${what}: ${over} px too wide`);
            for (let at = 0; at < 12; at += 1) {
                await page.keyboard.press("Tab");
                const hidden = await page.evaluate(() => {
                    const one = document.activeElement as HTMLElement | null;
                    if (!one || one === document.body || one.matches("dialog, main")) return "";
                    const box = one.getBoundingClientRect();
                    const x = Math.min(
                        innerWidth - 2,
                        Math.max(1, box.left + Math.min(box.width / 2, 40)),
                    );
                    const y = Math.min(box.top + box.height / 2, innerHeight - 2);
                    const top = document.elementFromPoint(x, Math.max(1, y));
                    return top && (one.contains(top) || top.contains(one))
                        ? ""
                        : `${one.outerHTML.slice(0, 90)} is under ${top?.outerHTML.slice(0, 90)}`;
                });
                assert.equal(hidden, "", what);
            }
        }
    },
    { shape: { ...desk, viewport: { width: 320, height: 256 } } },
);

rule("rule 28: the focus shows at 3:1 or more", async (visit) => {
    const page = await look(visit, "home");
    for (let at = 0; at < 14; at += 1) {
        await page.keyboard.press("Tab");
        const ring = await page.evaluate(() => {
            const style = getComputedStyle(document.activeElement!);
            return [style.outlineStyle, style.outlineWidth, style.outlineColor];
        });
        // The accent is 6.9:1 on paper and on surface, 5.9:1 on a cover.
        assert.deepEqual(ring, ["solid", "2px", "rgb(47, 93, 98)"]);
    }
});

rule("rule 29: with reduced motion every transition is 0 ms", async (visit) => {
    for (const place of [
        "home",
        "timeline",
        "keep",
        `moment/${visit.fake.moments[1]!.id}`,
        `story/${visit.fake.moments[0]!.id}`,
    ]) {
        const page = await look(visit, place);
        const moving = await page.evaluate(
            () =>
                [...document.querySelectorAll("*")]
                    .map((one) => getComputedStyle(one))
                    .filter((style) =>
                        `${style.transitionDuration},${style.animationDuration}`
                            .split(",")
                            .some((part) => Number.parseFloat(part) > 0),
                    ).length,
        );
        assert.equal(moving, 0);
    }
});

rule(
    "by keyboard alone, from first open to a covered item and back",
    async (visit) => {
        const { page, fake } = visit;
        const at = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
        const tabTo = async (words: string) => {
            for (let step = 0; step < 40; step += 1) {
                if ((await at()) === words) return;
                await page.keyboard.press("Tab");
            }
            assert.fail(`no way to "${words}" by Tab`);
        };
        await page.goto(fake.address);
        await page.getByRole("button", { name: "Start keeping" }).waitFor();
        await tabTo("Start keeping");
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: "Choose a passphrase" }).waitFor();
        for (const words of [fake.passphrase, fake.passphrase, "Ines", "Ours"]) {
            await page.keyboard.press("Tab");
            await page.keyboard.type(words);
        }
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: "Write these words down" }).waitFor();
        await tabTo("I wrote them down");
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: "Keep" }).waitFor();
        fake.addMonth("2016-07", 3);
        fake.things[1]!.cover = "The old house, after the fire.";
        await tabTo("Timeline");
        await page.keyboard.press("Enter");
        await page.locator(".cell a").first().waitFor();
        for (
            let step = 0;
            step < 20 && !(await page.evaluate(() => document.activeElement!.matches(".cell a")));
            step += 1
        )
            await page.keyboard.press("Tab");
        await page.keyboard.press("ArrowRight");
        await page.locator(".cell a[data-index='1']:focus").waitFor();
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: "The old house, after the fire." }).waitFor();
        await tabTo("Look");
        await page.keyboard.press("Enter");
        await page.locator(".held img").waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("heading", { name: "The old house, after the fire." }).waitFor();
        await page.keyboard.press("Escape");
        await page.waitForFunction(
            () => (document.activeElement as HTMLElement).dataset.index === "1",
        );
    },
    { world: () => serve({ state: "none" }) },
);

rule("what a page asks by itself keeps no house open", async (visit) => {
    const { fake } = visit;
    for (const place of [
        "home",
        "timeline",
        `moment/${fake.moments[0]!.id}`,
        "just-kept",
        "let-go",
        "care",
    ]) {
        await look(visit, place);
        const before = fake.requests.length;
        fake.asked.length = 0;
        fake.check = { ...fake.check, state: "running" };
        fake.tell("check", fake.check);
        fake.addMonth("2030-01", 1);
        for (const what of ["timeline", "moments", "people", "just-kept", "settings"])
            fake.tell(what, {});
        fake.check = { ...fake.check, state: "sound" };
        fake.tell("check", fake.check);
        await soon(() =>
            assert.ok(fake.requests.length > before, `${place} follows what others change`),
        );
        await visit.rest();
        // Pictures come through the browser, which says nothing of why; the page asks for none that it showed before.
        assert.deepEqual(
            fake.asked.filter((one) => !/\/(thumbnail|preview)\?/u.test(one)),
            [],
            place,
        );
    }
});

rule("whoever scrolls, types or watches is here, and says so now and then", async (visit) => {
    const { page, fake } = visit;
    await page.clock.install();
    await look(visit, "timeline");
    const said = () => fake.asked.filter((one) => one === "GET /api/v1/session").length;
    const before = said();
    await page.mouse.wheel(0, 200);
    await page.keyboard.press("Shift");
    await page.waitForTimeout(100);
    assert.equal(said(), before, "not more often than every 20 seconds");
    for (const act of [
        () => page.mouse.wheel(0, 200),
        () => page.keyboard.press("Shift"),
        () => page.mouse.click(700, 40),
        () =>
            page.evaluate(() => {
                const film = document.body.appendChild(document.createElement("video"));
                film.dispatchEvent(new Event("timeupdate"));
            }),
    ]) {
        await page.clock.fastForward(21_000);
        const now = said();
        await act();
        await soon(() => assert.equal(said(), now + 1));
    }
});

rule(
    "a page that has what it shows asks for nothing more until something changes",
    async (visit) => {
        const { fake } = visit;
        fake.things[3]!.letGo = true;
        fake.things[4]!.justKept = true;
        fake.shares.add({ to: "Ana" });
        const moment = fake.moments[0]!.id;
        for (const place of [
            "home",
            "timeline",
            "just-kept",
            "let-go",
            "shown",
            "quiet",
            "care",
            "settings",
            `moment/${moment}`,
            `story/${moment}`,
        ]) {
            const page = await visit.go(place);
            await page.locator("main h1").first().waitFor();
            await visit.rest();
            const before = fake.requests.length;
            await page.waitForTimeout(500);
            assert.deepEqual(fake.requests.slice(before), [], place);
        }
    },
);
