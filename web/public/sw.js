// Does one thing: takes what another program shares with the installed page, and opens Keep with it.
// Nothing is cached for later; every other request goes to the server as if this were not here.
const kShelf = "shared";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
    const url = new URL(event.request.url);
    if (event.request.method !== "POST" || !url.pathname.endsWith("/share-target")) return;
    event.respondWith(shelve(event.request));
});

async function shelve(request) {
    const form = await request.formData();
    const shelf = await caches.open(kShelf);
    let number = 0;
    for (const file of form.getAll("files")) {
        if (typeof file === "string") continue;
        number += 1;
        const headers = {
            "Content-Type": file.type,
            "Keepsake-Modified": String(file.lastModified),
        };
        await shelf.put(
            `shared/${number}/${encodeURIComponent(file.name)}`,
            new Response(file, { headers }),
        );
    }
    const words = [form.get("title"), form.get("text"), form.get("url")].filter(
        (part) => typeof part === "string" && part !== "",
    );
    if (words.length > 0 && number === 0) {
        const headers = { "Content-Type": "text/plain" };
        await shelf.put(
            `shared/1/${encodeURIComponent("Shared words.txt")}`,
            new Response(words.join("\n"), { headers }),
        );
    }
    return Response.redirect("./#/keep?shared=1", 303);
}
