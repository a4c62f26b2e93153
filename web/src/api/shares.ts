import { address, done, json, kApi, type Looking, read } from "./client.ts";
import type { Id, Kind } from "./types.ts";

/** What is shown to others (docs/api/openapi.yaml, "show"). */
export interface Place {
    as: "folder" | "file" | "guests" | "download";
    /** its name; null: the one that serves these pages */
    device: string | null;
    path: string;
    at: string | null;
}

export interface Remains extends Place {
    failed: boolean;
}

export interface Share {
    id: Id;
    to: string;
    from: string | null;
    what: "moment" | "story" | "items";
    moment: Id | null;
    name: string;
    items: number;
    made: string;
    until: string | null;
    passphrase: boolean;
    hint: string | null;
    originals: boolean;
    places: boolean;
    where: Place[];
    links?: string[];
}

export interface CoverWords {
    line: string;
    more: string;
    by: string;
    count?: number;
}

export type What = { items: readonly Id[] } | { moment: Id; story?: boolean };
export type Way = "guests" | "folder" | "download" | "look";

export interface Outline {
    name: string;
    from: string;
    counts: Partial<Record<Kind | "story", number>>;
    cover: CoverWords | null;
    covered: CoverWords[];
    ways: { guests: string | null; folder: boolean; folder_at: string | null };
}

export interface Wish {
    to: string;
    from?: string;
    language?: string;
    cover?: string;
    more?: string;
    until?: string;
    passphrase?: string;
    hint?: string;
    save?: boolean;
    originals?: boolean;
    places?: boolean;
    with_key?: boolean;
    way: Way;
}

export interface Showing {
    id: string;
    state: "making" | "made" | "stopped" | "failed";
    way: Way;
    files_done: number;
    files_total: number;
    bytes_done: number;
    share: Id | null;
    link?: string | null;
    items: number;
    bytes: number;
    missing: number;
    left_out: number;
    unplayable: number;
    file: string | null;
    message: string;
}

export const shares = {
    list: (first: number, count: number) =>
        read<{ total: number; shares: Share[] }>(address("/shares", { first, count })),
    ofMoment: async (moment: Id, { look }: Looking = {}) =>
        (await read<{ shares: Share[] }>(address("/shares", { moment, look }))).shares,
    one: (share: Id) => json<Share>("GET", address(`/shares/${share}`)),
    date: (share: Id, until: string | null) =>
        json<{ share: Share; remains: Remains[] }>("PATCH", address(`/shares/${share}`), { until }),
    end: (share: Id) =>
        json<{ removed: number; remains: Remains[] }>("POST", address(`/shares/${share}/end`), {}),
    outline: (what: What) => json<Outline>("POST", address("/showing/outline"), what),
    begin: (what: What, wish: Wish) =>
        json<Showing>("POST", address("/showing"), { ...what, ...wish }),
    /** Asked again and again while it is made; that is no rest. */
    showing: (id: string) => json<Showing>("GET", address(`/showing/${id}`)),
    stop: (id: string) => done("DELETE", address(`/showing/${id}`)),
    /** Also when the page is being closed. */
    stopOnLeaving: (id: string) =>
        void fetch(address(`/showing/${id}`), {
            method: "DELETE",
            credentials: "same-origin",
            keepalive: true,
        }),
    fileAddress: (id: string) => `${kApi}/showing/${id}/file`,
    pageAddress: (id: string, key: string) => `${kApi}/showing/${id}/page#${key}`,
};
