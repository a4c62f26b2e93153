import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import type { Page } from "playwright-core";

import { desk, kLongestMs, launch, skip, soon } from "../browser.ts";
import { picture } from "../fake/pictures.ts";
import { freePort, Nginx, nginx } from "../nginx.ts";
import { ended, serving, skipWithout } from "./serving.ts";

/** The program behind an nginx that encrypts, below a path of its own, and with nothing set but what it takes to pass requests on. */
const kPrefix = "/family/photos";
const kPassphrase = "a boat shed for three weeks";

const isHere = (name: string, option: string) =>
    spawnSync(name, [option], { stdio: "ignore" }).status === 0;
const missing =
    (!nginx && "nginx is not here") ||
    (!isHere("openssl", "version") && "openssl is not here") ||
    (!isHere("ffmpeg", "-version") && "ffmpeg is not here");

function makeCertificate(folder: string): { certificate: string; key: string } {
    const [certificate, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
    const options =
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=photos.example";
    execFileSync(
        "openssl",
        [
            ...options.split(" "),
            ...["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        ],
        { stdio: "ignore" },
    );
    return { certificate, key };
}

/** Larger than what nginx lets through at once. */
function makeFilm(folder: string): Buffer {
    const path = join(folder, "film.webm");
    const options =
        "-f lavfi -i testsrc=size=640x360:rate=24:duration=6 -vf noise=alls=80:allf=t -c:v libvpx -deadline realtime -cpu-used 8 -b:v 6M";
    execFileSync("ffmpeg", [...options.split(" "), path], { stdio: "ignore" });
    const film = readFileSync(path);
    assert.ok(film.length > 2_500_000, `${film.length} bytes`);
    return film;
}

async function keep(page: Page, name: string, buffer: Buffer): Promise<void> {
    const choosing = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: /^Put it here/u }).click();
    await (await choosing).setFiles([{ name, mimeType: "", buffer }]);
    await page.getByText("Kept. 1 file. Original checked.").waitFor({ timeout: kLongestMs });
}

async function placeAll(page: Page): Promise<void> {
    await page.getByRole("link", { name: "Just kept" }).click();
    await page.getByRole("button", { name: "Place all by date" }).click();
    await page.getByText("Nothing waiting.").waitFor();
}

async function shareWith(page: Page): Promise<void> {
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await page.reload();
    await page.getByRole("link", { name: "Timeline" }).waitFor();
    await page.evaluate(() => {
        const form = document.createElement("form");
        form.method = "post";
        form.enctype = "multipart/form-data";
        form.action = "share-target";
        const input = document.createElement("input");
        input.type = "file";
        input.name = "files";
        const data = new DataTransfer();
        data.items.add(new File(["shared by another program"], "letter.txt"));
        input.files = data.files;
        form.append(input);
        document.body.append(form);
        form.submit();
    });
    await page.getByText("Kept. 1 file.").waitFor();
}

test(
    "behind nginx, below a path: opens, keeps, shows, hears of changes, plays, takes what is shared",
    { skip: skip || skipWithout || missing, timeout: kLongestMs },
    async () => {
        const folder = mkdtempSync(join(tmpdir(), "keepsake-proxy-"));
        const port = await freePort();
        const server = await serving(folder, [
            ...["--behind-proxy", "--prefix", kPrefix],
            ...["--host", "127.0.0.1"],
        ]);
        const { certificate, key } = makeCertificate(folder);
        const proxy = new Nginx(
            folder,
            `listen 127.0.0.1:${port} ssl http2;
            ssl_certificate ${certificate}; ssl_certificate_key ${key};
            location /family/ { proxy_pass ${server.address}; proxy_set_header Host $http_host; }`,
        );
        const at = `https://127.0.0.1:${port}${kPrefix}`;
        // Of this certificate nobody vouches; a service worker asks for more than a page's own leave to pass over that.
        const browser = await launch(["--ignore-certificate-errors"]);
        try {
            const context = await browser.newContext({
                ...desk,
                reducedMotion: "reduce",
                ignoreHTTPSErrors: true,
            });
            const problems: string[] = [];
            const refused: number[] = [];
            const parts: string[] = [];
            context.on("console", (message) => {
                if (message.type() === "error") problems.push(message.text());
            });
            context.on("request", (request) => {
                const url = request.url();
                if (url !== at && !url.startsWith(`${at}/`) && !url.startsWith("blob:"))
                    problems.push(url);
            });
            context.on("response", (response) => {
                const path = new URL(response.url()).pathname;
                if (path.startsWith(`${kPrefix}/api/v1/uploads/`) && response.status() > 299)
                    refused.push(response.status());
                if (response.status() === 206 && path.startsWith(`${kPrefix}/api/v1/items/`))
                    parts.push(response.headers()["content-range"] ?? "");
            });
            const page = await context.newPage();
            await soon(() => page.goto(at));
            assert.equal(page.url(), `${at}/`);
            await page.getByRole("button", { name: "Start keeping" }).click();
            await page.getByLabel("Passphrase").fill(kPassphrase);
            await page.getByLabel("The same once more").fill(kPassphrase);
            await page.getByLabel("Your name").fill("Ines");
            await page.getByLabel("A name for all of it").fill("Hagen and Lund");
            await page.getByRole("button", { name: "Begin" }).click();
            await page.getByRole("button", { name: "I wrote them down" }).click();
            const [cookie] = await context.cookies(`${at}/api/v1/session`);
            assert.deepEqual(
                [cookie?.path, cookie?.secure, cookie?.httpOnly, cookie?.sameSite],
                [`${kPrefix}/`, true, true, "Strict"],
            );

            await keep(page, "IMG_20160701_120000.png", picture(1, 1500));
            await placeAll(page);
            await page.getByRole("link", { name: "Timeline" }).click();
            const pictures = page.locator(".cell img");
            await pictures.first().waitFor();
            await soon(async () =>
                assert.ok(
                    await pictures
                        .first()
                        .evaluate((one: HTMLImageElement) => one.complete && one.naturalWidth > 0),
                ),
            );

            // Another page keeps something: this one hears of it.
            const other = await context.newPage();
            await other.goto(`${at}/#/keep`);
            const film = makeFilm(folder);
            await keep(other, "VID_20160702_120000.webm", film);
            assert.ok(refused.length > 0 && refused.every((status) => status === 413));
            await placeAll(other);
            await soon(async () => assert.equal(await page.locator(".cell a").count(), 2));

            // A film plays from where one goes to, once it is known as one.
            await page.locator(".cell .len").waitFor();
            await page.locator(".cell a").last().click();
            const video = page.locator("video");
            await video.waitFor();
            await video.evaluate(async (one: HTMLVideoElement) => {
                one.muted = true;
                await one.play();
                one.currentTime = one.duration - 1;
            });
            await soon(async () =>
                assert.ok(
                    await video.evaluate(
                        (one: HTMLVideoElement) => one.currentTime > one.duration - 0.9,
                    ),
                ),
            );
            assert.ok(parts.length > 0);
            const part = await video.evaluate(async (one: HTMLVideoElement) => {
                const headers = { Range: "bytes=2000000-2000099" };
                const answer = await fetch(one.src, { headers });
                return [...new Uint8Array(await answer.arrayBuffer())];
            });
            assert.deepEqual(part, [...film.subarray(2_000_000, 2_000_100)]);
            assert.equal(parts.at(-1), `bytes 2000000-2000099/${film.length}`);

            await shareWith(other);
            assert.deepEqual(
                problems.filter((one) => !/413/u.test(one)),
                [],
            );
        } finally {
            await browser.close();
            await proxy.end();
            await ended(server.child);
            rmSync(folder, { recursive: true });
        }
    },
);
