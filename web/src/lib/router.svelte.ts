/** Where in the pages one is. It stands behind the `#` of the address, so that no server and no log learns of it,
 * and the pages work under any path. Moves are kept in the browser's history: Back and Forward work. */

export interface Place {
    /** "timeline", "moment", ... */
    room: string;
    /** what follows: the id of a moment */
    id: string;
    /** after `?` */
    query: URLSearchParams;
}

export function readPlace(hash: string): Place {
    const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
    const [room = "", id = ""] = path.split("/");
    return { room: room || "home", id: decodeURIComponent(id), query: new URLSearchParams(query) };
}

export function addressOf(room: string, id = "", query: Record<string, string> = {}): string {
    const tail = new URLSearchParams(query).toString();
    return `#/${room}${id ? `/${encodeURIComponent(id)}` : ""}${tail ? `?${tail}` : ""}`;
}

class Router {
    place = $state.raw<Place>(readPlace(location.hash));
    /** how many moves ago these pages were entered: whether Back stays in them */
    private depth = 0;

    constructor() {
        addEventListener("popstate", () => this.read());
        addEventListener("hashchange", () => this.read());
    }

    private read(): void {
        const state: unknown = history.state;
        this.depth = typeof state === "number" ? state : 0;
        this.place = readPlace(location.hash);
    }

    go(address: string): void {
        if (address === location.hash) return;
        this.depth += 1;
        history.pushState(this.depth, "", address);
        this.place = readPlace(address);
    }

    /** Changes the address without a step of its own in the history. */
    replace(address: string): void {
        history.replaceState(this.depth, "", address);
        this.place = readPlace(address);
    }

    /** One step back, or to `otherwise` where that would leave the pages. */
    back(otherwise: string): void {
        if (this.depth > 0) history.back();
        else this.replace(otherwise);
    }
}

export const router = new Router();
