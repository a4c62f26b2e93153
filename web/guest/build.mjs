// Builds the guest page: web/dist-guest/ (docs/formats/share.md).
//
//   index.html worker.<hash>.js *.<hash>.woff2                    the page of a folder, the same in every share
//   one-file.html                                                 the page of a single file: all in it, and its files before </body>
//   zip.html                                                      the page of a ZIP: all in it, and its files by scripts beside it
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { checkScript, checkStyle } from "./check-syntax.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "..", "dist-guest");
const target = ["es2020", "safari14.1", "chrome90", "firefox90"];
const unused = join(here, "unused.ts");

/** As bytes of what a page gets: one script or one style. */
async function bundled(entry, format, loader = {}) {
    const built = await build({
        entryPoints: [join(here, entry)],
        outdir: out,
        bundle: true,
        minify: true,
        write: false,
        charset: "utf8",
        legalComments: "none",
        format,
        target,
        loader,
        assetNames: "[name].[hash]",
        alias: {
            "@noble/post-quantum/hybrid.js": unused,
            "@noble/curves/nist.js": unused,
            "@noble/curves/ed25519.js": join(here, "x25519.ts"),
        },
        logLevel: "warning",
    });
    const files = built.outputFiles.map(({ path, contents }) => [
        path.slice(out.length + 1),
        contents,
    ]);
    const main = files.find(([name]) => /\.(js|css)$/.test(name));
    return {
        text: new TextDecoder().decode(main[1]).trim(),
        others: files.filter((one) => one !== main),
    };
}

const hashOf = (text) => createHash("sha256").update(text).digest("hex").slice(0, 10);
const cspHash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

function policy(parts) {
    const all = {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        ...parts,
    };
    return Object.entries(all)
        .map(([name, value]) => `${name} ${value}`)
        .join("; ");
}

/** A text that goes into a page between tags; the place where a writer puts files in must stay the only one. */
function inlined(text) {
    if (/<\/(script|style|head|body)|<!--/iu.test(text)) throw new Error("the text holds a tag");
    return text;
}

const template = readFileSync(join(here, "index.html"), "utf8");
const page = (rules, head) =>
    // By functions: a "$" in the script means nothing.
    template.replace("{policy}", () => policy(rules)).replace("{head}", () => head);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const boot = (await bundled("boot.ts", "iife")).text;
const script = (await bundled("main.ts", "iife")).text;
const worker = (await bundled("worker.ts", "iife")).text;
const style = await bundled("guest.css", undefined, { ".woff2": "file" });
const inlineStyle = (await bundled("guest.css", undefined, { ".woff2": "dataurl" })).text;
for (const text of [boot, script, worker]) checkScript(text);
checkStyle(style.text);

const workerName = `worker.${hashOf(worker)}.js`;
writeFileSync(join(out, workerName), worker);
for (const [name, bytes] of style.others) writeFileSync(join(out, name), bytes);
const hashes = `${cspHash(boot)} ${cspHash(script)}`;
// All that the first words need comes with the page: whatever it asked for beside that would take another turn to the host and back.
writeFileSync(
    join(out, "index.html"),
    page(
        {
            "script-src": hashes,
            "style-src": cspHash(style.text),
            "font-src": "'self'",
            "connect-src": "'self'",
            "worker-src": "'self'",
            "img-src": "blob: data:",
            "media-src": "'self' blob:",
        },
        `<script>${inlined(boot)}</script>
        <style>${inlined(style.text)}</style>
        <script data-worker="${workerName}">${inlined(script)}</script>`,
    ),
);

const inFile = {
    "style-src": cspHash(inlineStyle),
    "font-src": "data:",
    "img-src": "blob: data:",
    "media-src": "blob:",
};
const all = `<style>${inlined(inlineStyle)}</style>
        <script>${inlined(boot)}</script>
        <script>${inlined(script)}</script>`;
writeFileSync(join(out, "one-file.html"), page({ ...inFile, "script-src": hashes }, all));
writeFileSync(join(out, "zip.html"), page({ ...inFile, "script-src": `file: ${hashes}` }, all));
