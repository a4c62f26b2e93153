import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { focusComesTo, focused, phone, webFolder } from "../browser.ts";
import { guestRule } from "../guest-rules.ts";
import { emil, kLine } from "../guest.ts";

const dist = join(webFolder, "dist-guest");
const pageText = () => readFileSync(join(dist, "index.html"), "utf8");

guestRule(
    "rules 1, 2: before the look nothing but the head is asked for, and nothing of what is inside is in the page",
    async (visit, host) => {
        const page = await visit.arrive();
        await visit.button("Tell me more").click();
        await visit.rest();
        assert.deepEqual(host.content, ["manifest.age"]);
        const html = await page.content();
        for (const inside of ["Emil", "Thursday", "tulips", "photograph-", "hands, held"])
            assert.ok(!html.includes(inside), inside);
        assert.equal(await page.locator("img, video, audio, canvas, svg").count(), 0);
    },
);

guestRule("screen 11: who sent it, the words, what is inside, until when", async (visit) => {
    const page = await visit.arrive();
    const words = await visit.words();
    assert.match(words, /^Ines sent you this\./u);
    assert.ok(words.includes(kLine));
    assert.ok(words.includes("A story, five photographs and a recording."));
    assert.ok(
        words.includes("The link works until 30 June 2099. Nobody is told whether you look."),
    );
    await visit.button("Not now").click();
    await page.getByRole("heading", { name: "Come back when you are ready." }).waitFor();
    assert.equal(await visit.button("Look").count(), 0);
    await visit.button("Back to the words").click();
    await page.getByRole("heading", { name: kLine }).waitFor();
});

guestRule("rule 4: Tell me more gives words, and takes them away again", async (visit) => {
    const page = await visit.arrive();
    const more = page.locator(".told");
    assert.equal(await more.isVisible(), false);
    await visit.button("Tell me more").click();
    await more.waitFor();
    assert.match(await more.innerText(), /blanket that Ana knitted/u);
    assert.equal(await more.locator("p").count(), 2);
    await visit.button("Tell me less").click();
    await more.waitFor({ state: "hidden" });
});

for (const [name, shape] of [
    ["desk", undefined],
    ["phone", phone],
] as const)
    guestRule(
        `rules 5, 6: Look and Not now are alike, the focus is on the words, keys act on a focused button alone (${name})`,
        async (visit, host) => {
            const page = await visit.arrive();
            const looks = await page.evaluate(() =>
                ["Not now", "Look"].map((name) => {
                    const button = [...document.querySelectorAll("button")].find(
                        (one) => one.textContent === name,
                    )!;
                    const { width, height, top } = button.getBoundingClientRect();
                    const style = getComputedStyle(button);
                    return [
                        width,
                        height,
                        top,
                        style.fontWeight,
                        style.fontSize,
                        style.color,
                        style.backgroundColor,
                        style.borderColor,
                    ];
                }),
            );
            assert.deepEqual(looks[0], looks[1]);
            assert.ok((looks[0]![1] as number) >= 44);
            await focusComesTo(page, kLine);
            for (const key of ["Enter", "Space"]) await page.keyboard.press(key);
            await page.getByText(kLine).hover();
            await visit.button("Look").hover();
            assert.deepEqual(host.content, ["manifest.age"]);
            const order: string[] = [];
            for (let at = 0; at < 3; at += 1) {
                await page.keyboard.press("Tab");
                order.push(await focused(page));
            }
            assert.deepEqual(order, ["Tell me more", "Not now", "Look"]);
        },
        shape ? { shape } : {},
    );

guestRule(
    "an unwritten cover says who covered it",
    async (visit) => {
        await visit.arrive();
        assert.match(await visit.words(), /Joren covered this and hasn’t said what it is\./u);
    },
    { share: emil({ cover: { line: null, by: "Joren" } }) },
);

guestRule(
    "without a cover the story is there at once, and only what is covered by itself waits",
    async (visit, host) => {
        const page = await visit.arrive();
        await page.getByRole("heading", { name: "Emil", exact: true }).waitFor();
        assert.equal(await visit.button("Cover again").count(), 0);
        assert.equal(await visit.button("Look").count(), 2);
        assert.ok(!host.content.some((one) => one.startsWith("leaf")));
    },
    { share: emil({ cover: null }) },
);

test("rule 18: the page's HTML has no og:, no name, no title of what it shows; no robot lists it; no address is handed on", () => {
    const html = pageText();
    assert.match(html, /<title>For you<\/title>/u);
    assert.match(html, /<meta name="robots" content="noindex/u);
    assert.match(html, /<meta name="referrer" content="no-referrer"/u);
    const markup = html.replace(/<(script|style)\b[^>]*>.*?<\/\1>/gsu, "");
    assert.match(markup, /<noscript>/u);
    assert.doesNotMatch(markup, /og:|twitter:|description|keepsake/iu);
    const policy = /Content-Security-Policy" content="([^"]*)"/u.exec(html)![1]!;
    assert.match(policy, /^default-src 'none';/u);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/u);
    for (const name of ["one-file.html", "zip.html"]) {
        const other = readFileSync(join(dist, name), "utf8");
        assert.doesNotMatch(
            /Content-Security-Policy" content="([^"]*)"/u.exec(other)![1]!,
            /unsafe|\*/u,
        );
        assert.equal(other.split("</head>").length, 2, name);
        assert.equal(other.split("</body>").length, 2, name);
    }
});

const agents = [
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (Macintosh) AppleWebKit/601.2.4 (KHTML, like Gecko) facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "SkypeUriPreview Preview/0.5",
    "Signal-Android/6.0",
    "Viber/20.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1)",
];
guestRule("rules 18, 19: a preview bot learns nothing and uses nothing up", async (visit, host) => {
    for (const agent of agents) {
        const headers = { "user-agent": agent };
        const html = await (await fetch(host.place, { headers })).text();
        assert.equal(html, pageText());
        assert.doesNotMatch(html, /Ines|Ana|Emil|twenty weeks/u);
        await fetch(`${host.place}manifest.age`, { headers });
    }
    await visit.arrive();
    assert.ok((await visit.words()).includes(kLine));
    // Bots that run scripts, but were not given what is behind the "#", are told no more.
    const bot = await visit.context.browser()!.newContext({ userAgent: agents[9]! });
    const page = await bot.newPage();
    await page.goto(host.place);
    await page.getByText("Part of this link is missing.").waitFor();
    await bot.close();
});

test("rule 24: less than 100 KB of script, gzipped", () => {
    const script = readdirSync(dist).find((name) => name.endsWith(".js"))!;
    const size = gzipSync(readFileSync(join(dist, script))).length;
    assert.ok(size < 100_000, `${size} bytes`);
});

guestRule("rule 29: with reduced motion every transition is 0 ms", async (visit) => {
    const page = await visit.look();
    const times = await page.evaluate(() => [
        ...new Set(
            [...document.querySelectorAll("*")].map(
                (one) => getComputedStyle(one).transitionDuration,
            ),
        ),
    ]);
    assert.deepEqual(times, ["0s"]);
});

guestRule(
    "a guest whose browser speaks German is spoken to in German, the family's words stay",
    async (visit) => {
        const page = await visit.arrive();
        const words = await visit.words();
        assert.match(words, /^Ines hat dir das geschickt\./u);
        assert.ok(words.includes(kLine));
        assert.ok(words.includes("Eine Geschichte, fünf Fotografien und eine Aufnahme."));
        assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
    },
    { shape: { viewport: { width: 1000, height: 800 }, locale: "de-DE" } },
);
