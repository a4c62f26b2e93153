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
    // A place of its own for each: what was shared before may still lie there.
    const put = (name, body, headers) =>
        shelf.put(
            `shared/${crypto.randomUUID()}/${encodeURIComponent(name)}`,
            new Response(body, { headers }),
        );
    const files = form.getAll("files").filter((file) => typeof file !== "string");
    for (const file of files)
        await put(file.name, file, {
            "Content-Type": file.type,
            "Keepsake-Modified": String(file.lastModified),
        });
    const [title, ...words] = ["title", "text", "url"].map((name) => form.get(name) ?? "");
    // Beside files a title is most often the name of one of them.
    if (words.some((part) => part !== "") || (files.length === 0 && title !== "")) {
        const all = [title, ...words].filter((part) => part !== "");
        await put("words", all.join("\n"), { "Keepsake-Words": "1" });
    }
    return Response.redirect("./#/keep?shared=1", 303);
}
