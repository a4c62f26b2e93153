import type { GivenFile } from "./given-files.ts";

/** The service worker (public/sw.js) puts there what another program shared with the installed page. */
const kShelf = "shared";

/** Takes it off the shelf. */
export async function takeShared(): Promise<GivenFile[]> {
    const given: GivenFile[] = [];
    if (!("caches" in globalThis)) return given;
    const shelf = await caches.open(kShelf);
    for (const request of await shelf.keys()) {
        const response = await shelf.match(request);
        const name = decodeURIComponent(new URL(request.url).pathname.split("/").at(-1) ?? "");
        if (response) {
            const type = response.headers.get("Content-Type") ?? "";
            const lastModified = Number(response.headers.get("Keepsake-Modified")) || Date.now();
            given.push({
                file: new File([await response.blob()], name, { type, lastModified }),
                path: name,
            });
        }
    }
    await caches.delete(kShelf);
    return given;
}
