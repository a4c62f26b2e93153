import type {
    Care,
    Check,
    CoverChange,
    Draft,
    Id,
    Item,
    ItemChange,
    Damaged,
    Items,
    JustKept,
    Keep,
    KeepReport,
    Covered,
    Moment,
    MomentCard,
    MomentChange,
    Person,
    Quiet,
    Session,
    Settings,
    Shown,
    State,
    Story,
    StoryChange,
    StoryVersion,
    Timeline,
    TimelineItems,
} from "./types.ts";

/** An answer that is no success. `code` chooses the words; `message` is the server's own line, in English. */
export class Refusal extends Error {
    override name = "Refusal";
    readonly code: string;
    readonly retryAfter: number;
    /** bytes, where there is too little room */
    readonly free: number | undefined;

    constructor(code: string, message: string, retryAfter = 0, free?: number) {
        super(message);
        this.code = code;
        this.retryAfter = retryAfter;
        this.free = free;
    }
}

/** The body of such an answer. */
export interface ErrorBody {
    error?: { code?: string; message?: string; free?: number };
}

/** Relative, so that it holds under any path prefix. */
export const kApi = "api/v1";

/** Told of every answer that says who may not, or that the disk is away. */
let onRefusal: (refusal: Refusal) => void = () => {};
export function whenRefused(tell: (refusal: Refusal) => void): void {
    onRefusal = tell;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type Query = Record<string, string | number | boolean | undefined>;

export function address(path: string, query: Query = {}): string {
    const given = Object.entries(query).filter((pair) => pair[1] !== undefined && pair[1] !== "");
    const tail = given
        .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
        .join("&");
    return `${kApi}${path}${tail ? `?${tail}` : ""}`;
}

const kMostThatOutlivesCharacters = 10_000; // of at most three bytes each

interface Asked {
    body?: unknown;
    signal?: AbortSignal | undefined;
    /** the page asks by itself: it keeps nothing open that nobody uses */
    isUnasked?: boolean;
    headers?: Record<string, string>;
    /** it is sent although the page is being closed */
    isLast?: boolean;
}

async function ask(
    method: Method,
    path: string,
    { body, signal, isUnasked, headers, isLast }: Asked = {},
): Promise<Response> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    let response: Response;
    try {
        response = await fetch(path, {
            method,
            credentials: "same-origin",
            headers: {
                ...(body === undefined ? {} : { "Content-Type": "application/json" }),
                ...(isUnasked ? { "Keepsake-Unasked": "1" } : {}),
                ...headers,
            },
            ...(text === undefined ? {} : { body: text }),
            ...(signal ? { signal } : {}),
            // Browsers let at most 64 KiB of all that is under way outlive its page.
            ...(isLast && (text?.length ?? 0) < kMostThatOutlivesCharacters
                ? { keepalive: true }
                : {}),
        });
    } catch (error) {
        if (signal?.aborted) throw error;
        throw new Refusal(navigator.onLine ? "stopped" : "offline", "No answer.");
    }
    if (response.ok) return response;
    const retryAfter = Number(response.headers.get("Retry-After") ?? 0);
    const said = (await response.json().catch(() => undefined)) as ErrorBody | undefined;
    const refusal = new Refusal(
        said?.error?.code ?? "unknown",
        said?.error?.message ?? "",
        retryAfter,
        said?.error?.free,
    );
    onRefusal(refusal);
    throw refusal;
}

export async function json<T>(method: Method, path: string, body?: unknown): Promise<T> {
    return (await (await ask(method, path, { body })).json()) as T;
}

/** What a page reads of its own accord: when something changed, or before it is wanted. */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await (await ask("GET", path, { signal, isUnasked: true })).json()) as T;
}

export async function done(method: Method, path: string, body?: unknown): Promise<void> {
    await ask(method, path, { body });
}

export interface Looking {
    look?: string | undefined;
}

export const api = {
    state: () => json<State>("GET", address("/state")),
    nearby: async () =>
        (await json<{ archives: { folder: string }[] }>("GET", address("/nearby"))).archives,
    chooseNearby: (folder: string | null) => done("POST", address("/nearby"), { folder }),
    makeArchive: (passphrase: string, name: string) =>
        json<{ session: Session; words: string[] }>("POST", address("/archive"), {
            passphrase,
            name,
        }),
    nameArchive: (name: string) => done("PATCH", address("/archive"), { name }),
    unlock: (passphrase: string) => json<Session>("POST", address("/session"), { passphrase }),
    /** Who is here; and, as it is asked for, that somebody is. */
    session: () => json<Session>("GET", address("/session")),
    iAm: (person: Id | null) => json<Session>("PATCH", address("/session"), { person }),
    lock: () => done("DELETE", address("/session")),
    settings: () => json<Settings>("GET", address("/settings")),
    setSettings: (change: Partial<Settings>) =>
        json<Settings>("PATCH", address("/settings"), change),
    /** Where this person left the timeline, noted by the page itself. */
    leftAt: (place: Id) => ask("PATCH", address("/settings"), { body: { place }, isUnasked: true }),

    people: async () => (await read<{ people: Person[] }>(address("/people"))).people,
    namePerson: (name: string) => json<Person>("POST", address("/people"), { name }),
    renamePerson: (person: Id, name: string) =>
        json<Person>("PATCH", address(`/people/${person}`), { name }),

    timeline: () => read<Timeline>(address("/timeline")),
    timelineItems: (first: number, count: number, signal?: AbortSignal) =>
        read<TimelineItems>(address("/timeline/items", { first, count }), signal),
    timelineShapes: async (first: number, count: number) => {
        const response = await ask("GET", address("/timeline/shapes", { first, count }), {
            isUnasked: true,
        });
        return {
            revision: response.headers.get("Keepsake-Revision") ?? "",
            shapes: await response.arrayBuffer(),
        };
    },
    timelineNumber: (item: Id) =>
        read<{ revision: string; number: number }>(address(`/timeline/number/${item}`)),

    itemsById: (ids: readonly Id[], { look }: Looking = {}) =>
        read<Items>(address("/items", { ids: ids.join(","), look })),
    item: (item: Id, { look }: Looking = {}) =>
        json<Item | Covered>("GET", address(`/items/${item}`, { look })),
    /** The same, read by the page of its own accord. */
    peekItem: (item: Id, { look }: Looking = {}) =>
        read<Item | Covered>(address(`/items/${item}`, { look })),
    changeItem: (item: Id, change: ItemChange, { look }: Looking = {}) =>
        json<Item>("PATCH", address(`/items/${item}`, { look }), change),
    lookAtItem: (item: Id) =>
        json<{ look: string; item: Item }>("POST", address(`/items/${item}/look`)),
    lookAtMoment: (moment: Id) =>
        json<{ look: string; moment: Moment }>("POST", address(`/moments/${moment}/look`)),
    /** How much of the copy of a film that browsers play is made, 0 to 1; asking begins it. */
    filmDone: async (item: Id, look?: string, signal?: AbortSignal): Promise<number> => {
        const response = await ask("GET", addresses.film(item, look), {
            signal,
            headers: { Range: "bytes=0-0" },
        });
        if (response.status !== 202) return 1;
        return Math.min(((await response.json()) as { done: number }).done, 0.99);
    },
    endLook: (look: string) => done("DELETE", address(`/looks/${look}`)),
    /** `keepalive`: also when the page is being closed. */
    endLookOnLeaving: (look: string) =>
        void fetch(address(`/looks/${look}`), {
            method: "DELETE",
            credentials: "same-origin",
            keepalive: true,
        }),
    cover: (of: "items" | "moments", id: Id, change: CoverChange) =>
        done("PUT", address(`/${of}/${id}/cover`), change),
    uncover: (of: "items" | "moments", id: Id, own: boolean) =>
        done("DELETE", address(`/${of}/${id}/cover`, { own: own || undefined })),
    leaveOpen: (of: "items" | "moments", id: Id, open: boolean) =>
        done(open ? "PUT" : "DELETE", address(`/${of}/${id}/leave-open`)),

    letGoItems: (first: number, count: number) => read<Items>(address("/let-go", { first, count })),
    letGo: (items: readonly Id[]) => done("POST", address("/let-go"), { items }),
    bringBack: (items: readonly Id[]) => done("POST", address("/bring-back"), { items }),

    justKept: (first: number, count: number) =>
        read<JustKept>(address("/just-kept", { first, count })),
    place: (items: readonly Id[] | undefined, moment?: Id) =>
        json<{ placed: number }>("POST", address("/just-kept/place"), {
            ...(items ? { items } : {}),
            ...(moment ? { moment } : {}),
        }),

    moments: async () => (await read<{ moments: MomentCard[] }>(address("/moments"))).moments,
    newMoment: (name: string, items: readonly Id[] = []) =>
        json<Moment>("POST", address("/moments"), { name, items }),
    orderMoments: (moments: readonly Id[]) => done("PUT", address("/moments/order"), { moments }),
    moment: (moment: Id, { look }: Looking = {}) =>
        read<Moment>(address(`/moments/${moment}`, { look })),
    changeMoment: (moment: Id, change: MomentChange, { look }: Looking = {}) =>
        json<Moment>("PATCH", address(`/moments/${moment}`, { look }), change),
    takeApart: (moment: Id, { look }: Looking = {}) =>
        done("DELETE", address(`/moments/${moment}`, { look })),
    momentItems: (moment: Id, first: number, count: number, { look }: Looking = {}) =>
        read<Items>(address(`/moments/${moment}/items`, { first, count, look })),
    putIntoMoment: (
        moment: Id,
        change: { add?: readonly Id[]; remove?: readonly Id[] },
        { look }: Looking = {},
    ) => done("POST", address(`/moments/${moment}/items`, { look }), change),

    story: (moment: Id, { look }: Looking = {}) =>
        read<Story>(address(`/moments/${moment}/story`, { look })),
    writeStory: (moment: Id, change: StoryChange, { look }: Looking = {}) =>
        json<Story>("PUT", address(`/moments/${moment}/story`, { look }), change),
    storyVersions: (moment: Id, first: number, count: number, { look }: Looking = {}) =>
        read<{ total: number; first: number; versions: StoryVersion[] }>(
            address(`/moments/${moment}/story/versions`, { first, count, look }),
        ),
    storyVersion: (moment: Id, version: string, { look }: Looking = {}) =>
        read<StoryVersion>(address(`/moments/${moment}/story/versions/${version}`, { look })),
    draft: (moment: Id, { look }: Looking = {}) =>
        read<{ draft: Draft | null; items: Shown[] }>(
            address(`/moments/${moment}/story/draft`, { look }),
        ),
    /** `isLast`: also when the page is being closed. */
    saveDraft: async (
        moment: Id,
        draft: { text: string; follows: string[]; person: Id | null; marks: string[] },
        isLast = false,
    ) =>
        (await (
            await ask("PUT", address(`/moments/${moment}/story/draft`), {
                body: draft,
                isLast,
            })
        ).json()) as { mark: string; saved: string },
    endDraft: (moment: Id, mark: string) =>
        done("DELETE", address(`/moments/${moment}/story/draft`, { mark })),

    quiet: () => json<Quiet>("GET", address("/quiet")),
    setQuiet: (quiet: boolean, what: { people?: Id[]; dates?: string[]; moments?: Id[] }) =>
        json<Quiet>("PATCH", address("/quiet"), { quiet, ...what }),
    find: (words: string, first: number, count: number) =>
        json<Items>("GET", address("/find", { words, first, count })),

    care: () => read<Care>(address("/care")),
    damaged: (first: number) => read<Damaged>(address("/care/damaged", { first })),
    check: () => read<Check>(address("/care/check")),
    startCheck: (repair: boolean) => json<Check>("POST", address("/care/check"), { repair }),
    startRestoring: () => json<Check>("POST", address("/care/restore-test"), {}),
    stopCheck: () => done("DELETE", address("/care/check")),

    newKeep: (files: number, bytes: number) =>
        json<Keep>("POST", address("/keeps"), { files, bytes }),
    keepReport: (keep: Id, first = 0, count = 1000) =>
        read<KeepReport>(address(`/keeps/${keep}`, { first, count })),
};

export const addresses = {
    uploads: () => address("/uploads"),
    events: () => address("/events"),
    thumbnail: (item: Id, v: string | undefined, look?: string) =>
        address(`/items/${item}/thumbnail`, { v, look }),
    preview: (item: Id, v: string | undefined, look?: string) =>
        address(`/items/${item}/preview`, { v, look }),
    page: (item: Id, page: number, v: string | undefined, look?: string) =>
        address(`/items/${item}/pages/${page}`, { v, look }),
    file: (item: Id, file: number, look?: string, download = false) =>
        address(`/items/${item}/files/${file}`, { look, download: download ? 1 : undefined }),
    film: (item: Id, look?: string) => address(`/items/${item}/film`, { look }),
};
