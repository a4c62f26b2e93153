import assert from "node:assert/strict";

import { test } from "node:test";

import { kLongestMs, skip, webFolder } from "../browser.ts";
import { Host } from "../fake/host.ts";
import { makeShare } from "../fake/share.ts";
import { guestRule, theBrowser } from "../guest-rules.ts";
import { elsewhere, emil, GuestVisit, kLine } from "../guest.ts";

const kFailed = /Failed to load resource/u;

async function says(visit: GuestVisit, words: string | RegExp): Promise<void> {
    await visit.page.getByRole("heading", { name: words }).waitFor();
}

guestRule(
    "rule 20: the key leaves the address before anything is asked for, and no request holds it",
    async (visit, host) => {
        const { page } = visit;
        const addresses: string[] = [];
        await page.addInitScript(() => {
            const real = window.fetch;
            const seen: string[] = [];
            Object.assign(window, { seenAtFetch: seen });
            window.fetch = (...all) => {
                seen.push(location.href);
                return real(...all);
            };
        });
        page.on("request", (request) => addresses.push(request.url()));
        await visit.arrive();
        const seen = await page.evaluate(
            () => (window as unknown as { seenAtFetch: string[] }).seenAtFetch,
        );
        assert.ok(seen.length > 0);
        assert.ok(seen.every((one) => !one.includes("#")));
        assert.equal(page.url(), host.place);
        const sent = JSON.stringify([host.asked, addresses.slice(1)]);
        assert.ok(!/AGE-SECRET/iu.test(sent));
        // A font names the style that asked for it, to the same host.
        const pages = host.asked.filter((one) => !one.path.endsWith(".woff2"));
        assert.ok(!pages.some((one) => one.headers.referer || one.headers.cookie));
    },
);

guestRule("rule 20: loading the tab again works, and begins covered", async (visit) => {
    const page = await visit.look();
    await page.reload();
    await says(visit, kLine);
    await visit.button("Look").click();
    await page.locator("article.story").waitFor();
});

guestRule("rule 20: Save this gives the whole link", async (visit, host) => {
    const page = await visit.look();
    await visit.button("Save this").click();
    assert.equal(await page.getByLabel("The link").inputValue(), host.link);
    const other = await visit.context.newPage();
    await other.goto(await page.getByLabel("The link").inputValue());
    await other.getByRole("heading", { name: kLine }).waitFor();
});

guestRule("a link that is put into the same tab opens anew", async (visit, host) => {
    const page = await visit.look();
    await page.goto(host.link);
    await says(visit, kLine);
});

guestRule(
    "rule 20: a link whose # became %23 asks for nothing, and says so",
    async (visit, host) => {
        await visit.arrive(host.link.replace("#", "%23"));
        await says(
            visit,
            /^This link was changed on its way, and its key was told to the website\./u,
        );
        assert.deepEqual(host.content, []);
        host.asked.length = 0;
        await visit.arrive(`${host.place}?url=${encodeURIComponent(host.link)}`);
        await says(visit, /Ask whoever sent it for a new one\.$/u);
        assert.deepEqual(host.content, []);
    },
);

const cuts: [string, (key: string) => string][] = [
    ["no key", () => ""],
    ["half of it", (key) => `#${key.slice(0, 40)}`],
    ["one character less", (key) => `#${key.slice(0, -1)}`],
    [
        "one character changed",
        (key) => `#${key.slice(0, 30)}${key[30] === "Q" ? "P" : "Q"}${key.slice(31)}`,
    ],
    ["something else", () => "#top"],
];
guestRule("rule 20: a broken link says so", async (visit, host) => {
    for (const [what, cut] of cuts) {
        await visit.page.goto("about:blank");
        await visit.arrive(`${host.place}${cut(host.made.key)}`);
        await says(visit, "Part of this link is missing. Ask whoever sent it to send it again.");
        // Without any key there is nothing to ask the host for.
        if (what === "no key") assert.deepEqual(host.content, []);
    }
});

guestRule("what mail programs put around a link is passed over", async (visit, host) => {
    await visit.arrive(`${host.place}#${host.made.key.toLowerCase()}&utm_source=x`);
    await says(visit, kLine);
});

guestRule(
    "rule 21: with a passphrase the link alone opens the sender's name and the hint; the rest needs both",
    async (visit, host) => {
        const page = await visit.arrive();
        const before = await visit.words();
        assert.match(before, /^Ines sent you this\./u);
        assert.ok(before.includes("The hint: What Nils called the boat"));
        assert.ok(!before.includes("Our son"));
        assert.deepEqual(host.content, ["manifest.age"]);
        const field = page.getByLabel("Passphrase");
        await field.fill("the gull");
        await visit.button("Open").click();
        await page.getByText("That is not it. The hint: What Nils called the boat").waitFor();
        assert.ok(!(await visit.words()).includes("Our son"));
        assert.ok(!host.content.includes("inside"));
        // As a phone's keyboard gives it: with a space behind.
        await field.fill("petrel and plover ");
        await field.press("Enter");
        await says(visit, kLine);
        await visit.button("Look").click();
        await page.getByRole("heading", { name: "Emil", exact: true }).waitFor();
        await page.reload();
        await page.getByLabel("Passphrase").waitFor();
    },
    {
        share: emil({ passphrase: "petrel and plover", hint: "What Nils called the boat" }),
    },
);

guestRule(
    "rule 22: an ended link says so",
    async (visit, host) => {
        for (const status of [404, 410, 403]) {
            host.status = status;
            await visit.page.goto("about:blank");
            await visit.arrive();
            await says(visit, "This has been closed by whoever sent it.");
        }
    },
    { expected: kFailed },
);

guestRule(
    "rule 22: a link that is ended during the visit says who closed it, here and when loaded again",
    async (visit, host) => {
        const page = await visit.arrive();
        host.status = 410;
        await visit.button("Look").click();
        await says(visit, "Ines has closed this.");
        await page.reload();
        await says(visit, "Ines has closed this.");
    },
    { expected: kFailed },
);

guestRule(
    "past its last day the page says so itself",
    async (visit, host) => {
        await visit.arrive();
        await says(visit, "Ines has closed this.");
        assert.deepEqual(host.content, ["manifest.age"]);
    },
    { share: emil({ until: "2026-01-01" }) },
);

guestRule(
    "a link of a newer Keepsake says so",
    async (visit) => {
        await visit.arrive();
        await says(visit, "This was made by a newer Keepsake. Ask Ines for a new link.");
    },
    { share: emil({ version: 2 }) },
);

guestRule(
    "without a connection it says so, and a button tries again",
    async (visit, host) => {
        const { page } = visit;
        await page.route("**/manifest.age", (route) => route.abort());
        await visit.arrive();
        await says(visit, "It could not be fetched. Try again.");
        await page.unroute("**/manifest.age");
        await visit.button("Try again").click();
        await says(visit, kLine);
        await page.route("**/*.age", (route) => route.abort());
        await visit.button("Look").click();
        await says(visit, "It could not be fetched. Try again.");
        await page.unroute("**/*.age");
        await visit.button("Try again").click();
        await page.getByRole("heading", { name: "Emil", exact: true }).waitFor();
        assert.ok(host.content.includes("inside"));
    },
    { expected: kFailed },
);

/** Every kind of file, altered in every manner that a host could. */
const harms: [string, (bytes: Uint8Array) => Uint8Array][] = [
    ["a bit flipped", (bytes) => flipped(bytes, bytes.length - 20)],
    ["cut short", (bytes) => bytes.slice(0, -100)],
    ["something else", () => Buffer.from("not an age file at all, but long enough for a header\n")],
];

function flipped(bytes: Uint8Array, at: number): Uint8Array {
    const out = new Uint8Array(bytes);
    out[at] = out[at]! ^ 1;
    return out;
}

for (const [how, harm] of harms)
    test(`an altered file is refused (${how})`, { skip, timeout: kLongestMs }, async () => {
        const made = await makeShare(emil());
        const whole = new Map(made.files);
        const host = new Host(webFolder, made);
        await host.start();
        const visit = await GuestVisit.begin(theBrowser(), host, {});
        const alter = (what: string) => {
            for (const [name, bytes] of whole) host.files.set(name, bytes);
            const name = made.names.get(what) ?? what;
            host.files.set(name, harm(whole.get(name)!));
        };
        try {
            const { page } = visit;
            alter("manifest.age");
            await visit.arrive();
            await says(visit, "This was changed after it was sent.");
            alter("inside");
            await page.goto("about:blank");
            await visit.arrive();
            await visit.button("Look").click();
            await says(visit, "This was changed after Ines sent it.");
            alter("leaf 2");
            await page.reload();
            await visit.look();
            await visit.button("Look").first().click();
            const place = page.locator(".covered").first();
            await place.getByText("This was changed after Ines sent it.").waitFor();
            alter("picture 0");
            await visit.look();
            await page.locator(".pair").getByText("This was changed after Ines sent it.").waitFor();
            await page.locator(".pair img").waitFor();
        } finally {
            await visit.context.close();
            await host.stop();
        }
    });

const others: [string, (host: Host) => string, string | undefined][] = [
    [
        "where there is no crypto.subtle",
        () =>
            "Object.defineProperty(window.crypto, 'subtle', { value: undefined }); delete Crypto.prototype.subtle",
        undefined,
    ],
    [
        "where crypto.subtle knows neither X25519 nor ChaCha20-Poly1305, and refuses in ways of its own",
        () =>
            `for (const name of ["importKey", "deriveBits"]) SubtleCrypto.prototype[name] = () => Promise.reject(new DOMException("", "DataError"))`,
        undefined,
    ],
    [
        "in browsers that lack what is newer than 2021",
        () =>
            `delete window.TransformStream; delete ReadableStream.prototype.pipeThrough; delete Object.hasOwn; delete Array.prototype.at;
             delete String.prototype.at; delete window.structuredClone; delete Array.prototype.findLast; delete crypto.constructor.prototype.randomUUID;
             delete HTMLDialogElement.prototype.showModal; delete AbortSignal.timeout; delete AbortSignal.any; delete AbortSignal.prototype.throwIfAborted;
             delete Uint8Array.fromHex; delete Uint8Array.prototype.toHex; delete Promise.withResolvers; delete ReadableStream.prototype[Symbol.asyncIterator];
             delete ReadableStream.from; delete window.requestIdleCallback; delete CSS.registerProperty`,
        undefined,
    ],
    ["on plain http, away from this machine", () => "", elsewhere],
];
for (const [where, script, host] of others)
    guestRule(
        `rule 24: it opens ${where}`,
        async (visit, its) => {
            const { page } = visit;
            await page.addInitScript(script(its));
            await visit.arrive();
            if (host) assert.equal(await page.evaluate(() => window.isSecureContext), false);
            await visit.button("Look").click();
            await page.locator(".pair img").nth(1).waitFor();
            await visit.button("Look").first().click();
            await page.locator(".covered img").waitFor();
            await page.getByRole("button", { name: "Play: The room, with the birds" }).click();
            await page.getByRole("slider").waitFor();
        },
        where.startsWith("on plain")
            ? {
                  host: { host: elsewhere ?? "127.0.0.1" },
                  skip: elsewhere ? false : "this machine has no address but loopback",
              }
            : {},
    );

guestRule(
    "rule 24: a passphrase opens without crypto.subtle, too",
    async (visit) => {
        await visit.page.addInitScript("delete Crypto.prototype.subtle");
        await visit.arrive();
        await visit.page.getByLabel("Passphrase").fill("petrel");
        await visit.button("Open").click();
        await says(visit, kLine);
    },
    { share: emil({ passphrase: "petrel" }) },
);
