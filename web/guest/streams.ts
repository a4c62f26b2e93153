import { Film } from "./film.ts";
import type { Part } from "./format.ts";
import type { Scope } from "./scope.ts";
import type { Share } from "./share.ts";
import type { Answer } from "./worker.ts";

/** The page's half of playing while fetching: answers what the service worker (worker.ts) hands on. */
const kPatienceMs = 4000;
const kAwakeMs = 15_000;

interface Served {
    film: Film;
    type: string;
    scope: Scope;
    failed: (error: unknown) => void;
}

const served = new Map<string, Served>();
/** the name of the worker's script, where there is one beside the page */
const script = (document.currentScript as HTMLScriptElement | null)?.dataset.worker;
let registered: Promise<ServiceWorkerRegistration> | undefined;

export function canStream(share: Share): boolean {
    return (
        share.source.range !== undefined &&
        window.isSecureContext &&
        "serviceWorker" in navigator &&
        !!script
    );
}

async function register(): Promise<ServiceWorkerRegistration> {
    const workers = navigator.serviceWorker;
    workers.onmessage = (event) => void answer(event);
    const registration = await workers.register(script!, { scope: "./", updateViaCache: "none" });
    if (!workers.controller)
        await new Promise<void>((done, failed) => {
            workers.addEventListener("controllerchange", () => done(), { once: true });
            setTimeout(() => failed(new Error("no worker")), kPatienceMs);
        });
    return registration;
}

/** An address that plays a film as it is fetched, for as long as the scope lasts.
 *
 * `failed` is told why, where a part of it could not be given. Errors: Trouble, NoRanges; others where there can be no worker.
 */
export async function streamed(
    share: Share,
    part: Part,
    scope: Scope,
    failed: (error: unknown) => void,
): Promise<string> {
    const film = await Film.open(share.source, part.file, scope.signal);
    registered ??= register();
    let registration: ServiceWorkerRegistration;
    try {
        registration = await registered;
    } catch (error) {
        registered = undefined;
        throw error;
    }
    const token = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
        byte.toString(16).padStart(2, "0"),
    ).join("");
    served.set(token, { film, type: part.type, scope, failed });
    const awake = setInterval(() => registration.active?.postMessage("awake"), kAwakeMs);
    scope.own(() => {
        clearInterval(awake);
        served.delete(token);
        if (served.size > 0) return;
        // Nothing of the page stays in the browser.
        registered = undefined;
        void registration.unregister();
    });
    return `playing-${token}`;
}

async function answer(event: MessageEvent): Promise<void> {
    const { film: token, range } = event.data as { film: string; range: string | null };
    const port = event.ports[0];
    if (!port) return;
    const one = served.get(token);
    const bounds = /^bytes=(\d+)-(\d*)$/u.exec(range ?? "bytes=0-");
    const from = Number(bounds?.[1]);
    const to = bounds?.[2] ? Math.min(Number(bounds[2]) + 1, one?.film.size ?? 0) : one?.film.size;
    if (!one || to === undefined || !bounds || from >= to) {
        port.postMessage({ status: one ? 416 : 410, headers: {} } satisfies Answer);
        return;
    }
    const reading = one.scope.within();
    const pieces = one.film.read(from, to, reading.signal);
    port.onmessage = async ({ data }) => {
        if (data === "stop") return reading.end();
        try {
            const next = await pieces.next();
            if (!next.done) return port.postMessage(next.value, [next.value.buffer]);
            port.postMessage("end");
        } catch (error) {
            port.postMessage("failed");
            if (!reading.isOver) one.failed(error);
        }
        reading.end();
    };
    const headers = {
        "content-type": one.type,
        "content-length": String(to - from),
        "content-range": `bytes ${from}-${to - 1}/${one.film.size}`,
        "accept-ranges": "bytes",
        "cache-control": "no-store",
    };
    port.postMessage({ status: 206, headers } satisfies Answer);
}
