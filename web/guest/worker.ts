/** A script of its own, which runs as a service worker while a film plays: it hands the player's requests to the page, which
 * fetches, opens and checks. It holds no key, keeps nothing, and leaves every other request alone.
 */
const kFilmPath = /\/playing-[0-9a-f]{32}$/u;

/** What the page answers a request for a part of a film with, before the pieces. */
export interface Answer {
    status: number;
    headers: Record<string, string>;
}

interface Client {
    postMessage(message: unknown, transfer: Transferable[]): void;
}
interface WorkerScope {
    registration: { scope: string };
    clients: {
        claim(): Promise<void>;
        get(id: string): Promise<Client | undefined>;
    };
    skipWaiting(): Promise<void>;
    addEventListener(name: string, listener: (event: WorkerEvent) => void): void;
}
interface WorkerEvent {
    request: Request;
    clientId: string;
    waitUntil(work: Promise<unknown>): void;
    respondWith(response: Promise<Response>): void;
}

function bodyFrom(port: MessagePort): ReadableStream<Uint8Array> {
    let give: ((piece: unknown) => void) | undefined;
    port.onmessage = ({ data }) => give?.(data);
    return new ReadableStream<Uint8Array>(
        {
            async pull(controller) {
                const piece = await new Promise<unknown>((done) => {
                    give = done;
                    port.postMessage("more");
                });
                if (piece instanceof Uint8Array) controller.enqueue(piece);
                else if (piece === "end") controller.close();
                else controller.error(new Error("stopped"));
            },
            cancel() {
                port.postMessage("stop");
            },
        },
        { highWaterMark: 0 },
    );
}

async function answer(event: WorkerEvent): Promise<Response> {
    const client = await scope.clients.get(event.clientId);
    if (!client) return new Response(null, { status: 410 });
    const { port1: here, port2: there } = new MessageChannel();
    const answered = new Promise<Answer>((done) => {
        here.onmessage = ({ data }) => done(data as Answer);
    });
    const path = new URL(event.request.url).pathname;
    client.postMessage({ film: path.slice(-32), range: event.request.headers.get("range") }, [
        there,
    ]);
    const { status, headers } = await answered;
    return new Response(status === 206 ? bodyFrom(here) : null, { status, headers });
}

const scope = globalThis as unknown as WorkerScope;
scope.addEventListener("install", () => void scope.skipWaiting());
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
// Being told something keeps it awake while a film is paused.
scope.addEventListener("message", () => undefined);
scope.addEventListener("fetch", (event) => {
    const path = new URL(event.request.url).pathname;
    if (path.startsWith(new URL(scope.registration.scope).pathname) && kFilmPath.test(path))
        event.respondWith(answer(event));
});
