import type { GivenFile } from "./given-files.ts";

/** The service worker (public/sw.js) puts there what another program shared with the installed page. */
const kShelf = "shared";

export interface Shared {
    files: GivenFile[];
    words: string[];
}

/** Takes it off the shelf; also what was left there when the page was closed before it was open. */
export async function takeShared(): Promise<Shared> {
    const shared: Shared = { files: [], words: [] };
    if (!("caches" in globalThis) || !(await caches.has(kShelf))) return shared;
    const shelf = await caches.open(kShelf);
    for (const request of await shelf.keys()) {
        const response = await shelf.match(request);
        const blob = await response?.blob();
        // Whoever takes it away has it: several pages may look at the shelf at once.
        if (!response || !blob || !(await shelf.delete(request))) continue;
        if (response.headers.has("Keepsake-Words")) {
            shared.words.push(await blob.text());
            continue;
        }
        const name = decodeURIComponent(new URL(request.url).pathname.split("/").at(-1) ?? "");
        const type = response.headers.get("Content-Type") ?? "";
        const lastModified = Number(response.headers.get("Keepsake-Modified")) || Date.now();
        const file = new File([blob], name, { type, lastModified });
        shared.files.push({ file, path: name });
    }
    return shared;
}
