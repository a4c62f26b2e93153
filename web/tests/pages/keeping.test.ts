import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Page } from "playwright-core";

import { desk, kLongestMs, phone, serve, soon } from "../browser.ts";
import { makeRoom } from "../fake/uploads.ts";
import { rule } from "../rules.ts";

const sha = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

rule(
    "rule 14: keeping takes no typed character and no dialog of ours, and shows no picture back",
    async (visit) => {
        const page = await visit.go("keep");
        const dialogs: string[] = [];
        page.on("dialog", (dialog) => dialogs.push(dialog.message()));
        const files = Array.from({ length: 14 }, (_, at) => ({
            name: `IMG_${at}.png`,
            mimeType: "image/png",
            buffer: randomBytes(50_000 + at),
        }));
        const choosing = page.waitForEvent("filechooser");
        await page.getByRole("button", { name: /^Put it here/u }).click();
        await (await choosing).setFiles(files);
        await page.getByText("Kept. 14 files. Originals checked.").waitFor();
        assert.equal(await page.locator("img, video, canvas").count(), 0);
        assert.equal(await page.locator("dialog").count(), 0);
        assert.deepEqual(dialogs, []);
        await soon(async () => assert.equal(await page.locator(".files li").count(), 14));
        // Rule 15 as far as the pages go: what arrives is what was given.
        for (const file of files) assert.equal(visit.fake.arrived.get(file.name), sha(file.buffer));
    },
);

rule(
    "a large file over a connection that is cut ten times arrives whole",
    async (visit) => {
        visit.fake.cuts = { after: 600_000, times: 10 };
        const page = await visit.go("keep");
        const film = randomBytes(12_000_000);
        const choosing = page.waitForEvent("filechooser");
        await page.getByRole("button", { name: /^Put it here/u }).click();
        await (await choosing).setFiles([{ name: "VTS_01_1.VOB", mimeType: "", buffer: film }]);
        await page.getByText("Waiting for the connection. What arrived is kept.").waitFor();
        await page.getByText("Kept. 1 file. Original checked.").waitFor({ timeout: kLongestMs });
        assert.equal(visit.fake.cuts.times, 0);
        assert.equal(visit.fake.arrived.get("VTS_01_1.VOB"), sha(film));
    },
    { expected: /ERR_|Failed to load/u },
);

async function giveFilm(page: Page, film: Buffer): Promise<void> {
    const choosing = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: /^Put it here/u }).click();
    await (await choosing).setFiles([{ name: "film.mov", mimeType: "", buffer: film }]);
}

rule(
    "what arrives as another than it was sent is sent again, and in the end given up",
    async (visit) => {
        visit.fake.damaging.set("film.mov", 3);
        const page = await visit.go("keep");
        const film = randomBytes(4_000_000);
        await giveFilm(page, film);
        await page.getByText("Kept. 1 file. Original checked.").waitFor();
        assert.equal(visit.fake.arrived.get("film.mov"), sha(film));
        const { chunks } = visit.fake;
        assert.ok(chunks.every((one) => /^sha256 [A-Za-z0-9+/]{43}=$/u.test(one.checksum)));
        // The first is sent four times, and then what is behind it.
        assert.deepEqual(
            chunks.map((one) => one.bytes),
            [1, 1, 1, 1, 2, 0.814_697_265_625].map((part) => part * 2 ** 20),
        );
        visit.fake.uploads.clear();
        visit.fake.damaging.set("film.mov", 1000);
        await page.getByRole("button", { name: "Keep more" }).click();
        await giveFilm(page, film);
        await page.getByText("It did not arrive as it was sent.").waitFor({ timeout: kLongestMs });
        await soon(() => assert.equal(visit.fake.uploads.size, 0));
    },
    { expected: /460/u },
);

rule("a page that came by plain http sends what it cannot count as one piece", async (visit) => {
    await visit.page.addInitScript(() =>
        Object.defineProperty(crypto, "subtle", { value: undefined }),
    );
    const page = await visit.go("keep");
    const film = randomBytes(4_000_000);
    await giveFilm(page, film);
    await page.getByText("Kept. 1 file. Original checked.").waitFor();
    assert.equal(visit.fake.arrived.get("film.mov"), sha(film));
    assert.deepEqual(visit.fake.chunks, [{ name: "film.mov", checksum: "", bytes: 4_000_000 }]);
});

rule(
    "of every file it is said what became of it, those that failed first, with the reason and a way to try again",
    async (visit) => {
        visit.fake.failing.add("bad.jpg");
        const page = await visit.go("keep");
        const some = ["a.jpg", "bad.jpg", "c.jpg"].map((name) => ({
            name,
            mimeType: "image/jpeg",
            buffer: randomBytes(2000),
        }));
        const choosing = page.waitForEvent("filechooser");
        await page.getByRole("button", { name: /^Put it here/u }).click();
        await (await choosing).setFiles(some);
        await page.getByText("Kept. 2 files. Originals checked.").waitFor();
        await page.getByText("1 could not be kept. Nothing was changed.").waitFor();
        assert.match(
            (await page.locator(".files li").first().textContent()) ?? "",
            /bad\.jpg.*The disk could not write it\..*Not kept/su,
        );
        visit.fake.failing.clear();
        await page.getByRole("button", { name: "Try again" }).click();
        await page.getByText("Kept. 3 files. Originals checked.").waitFor();
    },
);

rule(
    "what finds no room says so of each file, and is kept once there is room",
    async (visit) => {
        const { room } = visit.fake;
        const page = await visit.go("keep");
        const give = async () => {
            const choosing = page.waitForEvent("filechooser");
            await page.getByRole("button", { name: /^Put it here/u }).click();
            const sizes = { "small.jpg": 1_200, "large.mov": 5_000_000, "larger.mov": 7_400_000 };
            await (
                await choosing
            ).setFiles(
                Object.entries(sizes).map(([name, size]) => ({
                    name,
                    mimeType: "",
                    buffer: randomBytes(size),
                })),
            );
        };
        const rows = async () => (await page.locator(".files li").allTextContents()).join("\n");
        const waitForRow = (words: RegExp) => soon(async () => assert.match(await rows(), words));
        // Known before anything is sent.
        room.all = 2_000_000;
        await give();
        await page.getByText("3 could not be kept. Nothing was changed.").waitFor();
        for (const name of ["small.jpg", "large.mov", "larger.mov"])
            await waitForRow(
                new RegExp(
                    `${name}All of it needs 12 MB, 2 MB are free on the archive’s disk`,
                    "u",
                ),
            );
        assert.equal(visit.fake.uploads.size, 0);
        // Where they arrive first there is room for two, in the archive for one.
        Object.assign(room, { all: Infinity, onItsWay: 6_000_000, archive: 3_100_000 });
        await page.getByRole("button", { name: "Try again" }).click();
        await page.getByText("1 of 3 files kept").waitFor();
        await page
            .getByText("1 file waits for room on the archive’s disk. It has arrived, and is kept")
            .waitFor();
        await waitForRow(/small\.jpg.*Kept/u);
        await waitForRow(
            /large\.movIt needs 5 MB, 3\.1 MB are free on the archive’s disk\..*Waiting/u,
        );
        await waitForRow(
            /larger\.movOn its way into the archive it needs 7\.4 MB, 6 MB are free\..*Not kept/u,
        );
        assert.equal(await page.getByRole("button", { name: "Stop" }).count(), 0);
        room.onItsWay = Infinity;
        await page.getByRole("button", { name: "Try again" }).click();
        await page.getByText(/^2 files wait for room/u).waitFor();
        makeRoom(visit.fake);
        await page.getByText("Kept. 3 files. Originals checked.").waitFor();
        assert.equal(visit.fake.arrived.size, 3);
        assert.ok(!(await rows()).includes("free"));
    },
    { expected: /507/u },
);

rule("a whole folder keeps its folders", async (visit) => {
    const folder = mkdtempSync(join(tmpdir(), "keepsake-pages-"));
    try {
        mkdirSync(join(folder, "Fotos", "2020"), { recursive: true });
        writeFileSync(join(folder, "Fotos", "a.jpg"), "a");
        writeFileSync(join(folder, "Fotos", "2020", "b.jpg"), "b");
        const page = await visit.go("keep");
        const choosing = page.waitForEvent("filechooser");
        await page.getByRole("button", { name: "A whole disc or folder", exact: true }).click();
        await (await choosing).setFiles(join(folder, "Fotos"));
        await page.getByText("Kept. 2 files.").waitFor();
        assert.deepEqual([...visit.fake.arrived.keys()].sort(), [
            "Fotos/2020/b.jpg",
            "Fotos/a.jpg",
        ]);
    } finally {
        rmSync(folder, { recursive: true });
    }
});

rule("what is dropped or pasted on any page is kept", async (visit) => {
    const page = await visit.go("timeline");
    await page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File(["from a drop"], "dropped.txt"));
        document.body.dispatchEvent(
            new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }),
        );
    });
    await page.getByText("Kept. 1 file.").waitFor();
    await page.evaluate(() => {
        const data = new DataTransfer();
        data.setData("text/plain", "Words that Ana said.");
        document.body.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
        );
    });
    await page.getByText(/^Words of .*\.txt/u).waitFor();
    await page.getByText("Kept. 1 file.").waitFor();
    assert.equal(visit.fake.arrived.get("dropped.txt"), sha(Buffer.from("from a drop")));
});

rule("stopping loses nothing that arrived, and it can be carried on with", async (visit) => {
    const page = await visit.go("keep");
    // Some arrive, and the others only after it was stopped.
    let goOn = () => {};
    const isStopped = new Promise<void>((done) => (goOn = done));
    let some = 4;
    await page.route("**/api/v1/uploads/*", async (route) => {
        if (route.request().method() === "PATCH" && (some -= 1) < 0) await isStopped;
        await route.continue().catch(() => {});
    });
    const files = Array.from({ length: 12 }, (_, at) => ({
        name: `${at}.jpg`,
        mimeType: "image/jpeg",
        buffer: randomBytes(3000),
    }));
    const choosing = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: /^Put it here/u }).click();
    await (await choosing).setFiles(files);
    await page.getByText(/^[1-9] of 12 files kept/u).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText(/^Stopped\./u).waitFor();
    goOn();
    await page.getByRole("button", { name: "Carry on" }).click();
    await page.getByText("Kept. 12 files. Originals checked.").waitFor();
});

rule(
    "words, and on a phone the camera, a recording and files have their own buttons",
    async (visit) => {
        const page = await visit.go("keep");
        for (const name of ["Camera", "Sound", "Words", "Files"])
            await page.getByRole("button", { name, exact: true }).waitFor();
        assert.equal(await page.locator("input[capture]").getAttribute("capture"), "environment");
        await page.getByRole("button", { name: "Words", exact: true }).click();
        await page.getByLabel("Words to keep").fill("It rained for two of the three weeks.");
        await page.getByRole("button", { name: "Keep these words" }).click();
        await page.getByText("Kept. 1 file.").waitFor();
    },
    { shape: phone },
);

rule(
    "just kept: rows without pictures until they are asked for, placed by date or into a moment",
    async (visit) => {
        for (const number of [20, 21, 22]) visit.fake.things[number]!.justKept = true;
        const page = await visit.go("just-kept");
        await page.getByText("IMG_0020.JPG").waitFor();
        assert.equal(await page.locator("img").count(), 0);
        await page.getByRole("button", { name: "Show the pictures" }).click();
        await page.locator("img").first().waitFor();
        await page.getByLabel("IMG_0020.JPG").check();
        await page.getByRole("button", { name: "Into a moment" }).click();
        await page.getByRole("button", { name: "Mikko" }).click();
        await page.getByText("1 is now in Mikko.").waitFor();
        await page.getByRole("button", { name: "Place all by date" }).click();
        await page
            .getByText("Nothing waiting. Things can stay here as long as you like.")
            .waitFor();
        assert.equal(visit.fake.things.filter((one) => one.justKept).length, 0);
    },
);

rule(
    "first open: a passphrase twice, words shown once, then keeping; locked again, it opens",
    async (visit) => {
        const page = await visit.go("");
        await page.getByText("This is a place to keep what matters.").waitFor();
        await page.getByRole("button", { name: "Start keeping" }).click();
        await page.getByLabel("Passphrase").fill(visit.fake.passphrase);
        await page.getByLabel("The same once more").fill("something else");
        await page.getByLabel("Your name").fill("Ines");
        await page.getByLabel("A name for all of it").fill("Hagen and Lund");
        await page.getByRole("button", { name: "Begin" }).click();
        await page.getByText("The two are not the same.").waitFor();
        await page.getByLabel("The same once more").fill(visit.fake.passphrase);
        await page.getByRole("button", { name: "Begin" }).click();
        await page.getByRole("heading", { name: "Write these words down" }).waitFor();
        assert.equal(await page.locator(".twelve li").count(), 12);
        await page.getByRole("button", { name: "I wrote them down" }).click();
        await page.getByRole("heading", { name: "Keep" }).waitFor();
        assert.ok(!(await page.content()).includes("harbour"));
        await page.getByRole("button", { name: /^Ines:/u }).click();
        await page.getByRole("menuitem", { name: "Lock" }).click();
        await page.getByLabel("Your passphrase").fill("wrong");
        await page.getByRole("button", { name: "Open" }).click();
        await page.getByText("That does not open it.").waitFor();
        await page.getByLabel("Your passphrase").fill(visit.fake.passphrase);
        await page.getByRole("button", { name: "Open" }).click();
        await page.getByRole("link", { name: "Hagen and Lund" }).waitFor();
    },
    { world: () => serve({ state: "none" }), expected: /401/u },
);

rule(
    "first open: whoever was given a kit finds the archive on its disk and opens it by its words",
    async (visit) => {
        const page = await visit.go("");
        await page.getByRole("button", { name: "I was given a kit" }).click();
        await page.getByRole("heading", { name: "Connect the disk that the kit names" }).waitFor();
        await page.getByText("None was found. Connect the disk, and look again.").waitFor();
        visit.fake.nearby = ["/media/ines/SILVER/Keepsake", "/media/ines/OTHER/Keepsake"];
        await page.getByRole("button", { name: "Look again" }).click();
        await page.getByRole("button", { name: "/media/ines/OTHER/Keepsake" }).click();
        await page.getByLabel("The words of the kit").waitFor();
        await page.getByRole("button", { name: "Look for another archive" }).click();
        await page.getByRole("button", { name: "/media/ines/SILVER/Keepsake" }).click();
        visit.fake.passphrase = "able-baker-cargo";
        await page.getByLabel("The words of the kit").fill("1. Able 2. baker 3. cargo");
        await page.getByRole("button", { name: "Open" }).click();
        await page.getByRole("link", { name: "Hagen and Lund" }).waitFor();
        assert.deepEqual(visit.fake.chosen, [
            "/media/ines/OTHER/Keepsake",
            "/media/ines/SILVER/Keepsake",
        ]);
    },
    { world: () => serve({ state: "none" }) },
);

rule(
    "a disk that goes away is said in plain words, and it comes back by itself",
    async (visit) => {
        const page = await visit.go("home");
        visit.fake.state = "gone";
        visit.fake.tell("archive", { state: "gone" });
        await page
            .getByText(
                "The disk with your archive is not there. Nothing is lost. Connect it and try again.",
            )
            .waitFor();
        visit.fake.state = "open";
        visit.fake.tell("archive", { state: "open" });
        await page.getByRole("heading", { name: "Moments" }).waitFor();
    },
    { expected: /503/u },
);

interface Given {
    files: string[];
    title?: string;
    text?: string;
    url?: string;
}

/** As a browser does for another program. */
async function share(page: Page, given: Given): Promise<void> {
    // The address may be the same before it.
    const loaded = page.waitForEvent("load");
    await page.evaluate(({ files, ...words }) => {
        const form = document.createElement("form");
        form.method = "post";
        form.enctype = "multipart/form-data";
        form.action = "share-target";
        const input = document.createElement("input");
        input.type = "file";
        input.name = "files";
        const data = new DataTransfer();
        for (const name of files) data.items.add(new File([`shared: ${name}`], name));
        input.files = data.files;
        form.append(input);
        for (const [name, value] of Object.entries(words)) {
            const field = document.createElement("textarea");
            field.name = name;
            field.value = value;
            form.append(field);
        }
        document.body.append(form);
        form.submit();
    }, given);
    await loaded;
    await page.waitForURL((url) => url.hash.includes("keep"));
}

function onTheShelf(page: Page): Promise<number> {
    return page.evaluate(async () => (await (await caches.open("shared")).keys()).length);
}

rule(
    "the pages can be installed, and take what other programs share",
    async (visit) => {
        const page = await visit.go("home");
        const manifest = await page.evaluate(async () => {
            const link = document.querySelector<HTMLLinkElement>("link[rel=manifest]")!;
            return (await (await fetch(link.href)).json()) as {
                share_target: { action: string };
                icons: { src: string }[];
            };
        });
        for (const icon of manifest.icons)
            assert.equal(
                (await page.request.get(`${visit.fake.address}/${icon.src}`)).status(),
                200,
            );
        await page.evaluate(async () => void (await navigator.serviceWorker.ready));
        await page.reload();
        await page.getByRole("heading", { name: "Moments" }).waitFor();
        await share(page, { files: ["Ana’s letter.txt"], title: "Ana’s letter.txt" });
        await page.getByText("Kept. 1 file.").waitFor();
        const { arrived } = visit.fake;
        assert.equal(arrived.get("Ana’s letter.txt"), sha(Buffer.from("shared: Ana’s letter.txt")));
        await soon(async () => assert.equal(await onTheShelf(page), 0));
        // While the archive is locked it waits, and so does what comes after it; words are kept as words.
        visit.fake.state = "locked";
        await page.reload();
        await page.getByLabel("Your passphrase").waitFor();
        await share(page, { files: ["a.txt", "b.txt"] });
        await page.getByLabel("Your passphrase").waitFor();
        await share(page, {
            files: ["a.txt"],
            title: "Two at the gate",
            text: "Nils opened it.",
            url: "https://family.example/gate",
        });
        await page.getByLabel("Your passphrase").fill(visit.fake.passphrase);
        await page.getByRole("button", { name: "Open" }).click();
        await page.getByText("Kept. 4 files.").waitFor();
        const names = [...visit.fake.uploads.values()].map((one) => one.name);
        assert.deepEqual(names.filter((name) => /^[ab]\.txt$/u.test(name)).sort(), [
            "a.txt",
            "a.txt",
            "b.txt",
        ]);
        const [words] = names.filter((name) => /^Words of .*\.txt$/u.test(name));
        assert.equal(
            visit.fake.arrived.get(words ?? ""),
            sha(Buffer.from("Two at the gate\nNils opened it.\nhttps://family.example/gate")),
        );
        assert.ok(!page.url().includes("shared"));
        await soon(async () => assert.equal(await onTheShelf(page), 0));
    },
    { shape: desk, expected: /401/u },
);
