import { showing as de } from "../strings/de/showing.ts";
import { showing as en, type ShowingWords } from "../strings/en/showing.ts";
import type { Place, Remains, Share } from "../api/shares.ts";
import { momentName } from "./item-words.ts";
import { number, tongue } from "./words.svelte.ts";

/** What the pages of showing say. */
export function showingWords(): ShowingWords {
    return tongue.language === "de" ? de : en;
}

export function whatIsShown(share: Share): string {
    const { what } = showingWords();
    if (share.what === "items") return what.items(share.items, number(share.items));
    return share.what === "story" ? what.story(momentName(share)) : momentName(share);
}

export function placeWords(place: Place): string {
    const { where } = showingWords();
    if (place.as === "guests") return where.guests(place.device);
    const words = where[place.as](place.path);
    return place.device === null ? words : where.on(words, place.device);
}

/** Where it still stands after it was ended, one line each. */
export function remainsWords(remains: readonly Remains[]): string[] {
    const w = showingWords();
    return remains
        .filter((one) => one.as !== "download")
        .map((one) => {
            if (one.as !== "guests")
                return (one.device === null ? w.stillHere : w.stillOn)(placeWords(one));
            return one.device === null ? w.stillServedHere : w.stillServed(one.device);
        });
}

/** Where another date still stands. */
export function otherDateWords(remains: readonly Remains[]): string[] {
    const w = showingWords();
    const lines = remains.map((one) => {
        if (one.as === "download" || one.as === "file") return w.otherDateFile;
        if (one.as !== "guests")
            return (one.device === null ? w.otherDateHere : w.otherDateOn)(placeWords(one));
        return one.device === null ? w.otherDateServedHere : w.otherDateServed(one.device);
    });
    return [...new Set(lines)];
}

/** Whether nothing of it is anywhere that can be ended. */
export function isFileAlone(share: Share): boolean {
    return share.where.length > 0 && share.where.every((one) => one.as === "download");
}

/** Of an address that others in the network cannot reach. */
export function isLocalAddress(at: string): boolean {
    try {
        const { hostname } = new URL(at);
        return /^(localhost|127\.|0\.0\.0\.0$|\[::1?\]$)/u.test(hostname);
    } catch {
        return false;
    }
}

/** Today, as the last day is told: in UTC. */
export function today(): string {
    return new Date().toISOString().slice(0, 10);
}
