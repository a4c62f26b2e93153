import type { Cover, Item, Kind, Listed, MomentCover, Shown } from "../api/types.ts";
import { isCovered } from "../api/types.ts";
import type { FamilyDate } from "./dates.ts";
import { countInWords, dateWords, list, number, span, tongue } from "./words.svelte.ts";

export function dateOf(item: Listed | Item): FamilyDate | undefined {
    if ("date_text" in item && item.date_text) return { at: item.date, text: item.date_text };
    if (item.date === "") return undefined;
    return { at: item.date, about: item.about === true, certain: item.perhaps !== true };
}

/** "Video, one minute": all that is said of the kind and extent of what is covered. */
export function coverKind(cover: Cover): string {
    const t = tongue.t;
    const kind = t.kinds[cover.kind];
    if (cover.minutes)
        return `${kind}, ${t.minutesInWords(cover.minutes, countInWords(cover.minutes))}`;
    if (cover.pages) return `${kind}, ${t.pages(cover.pages, countInWords(cover.pages))}`;
    return kind;
}

/** "A story, six photographs and a recording" */
export function momentExtent(cover: MomentCover): string {
    const kinds = Object.entries(cover.counts) as [Kind | "story", number][];
    const parts = kinds
        .filter(([, count]) => count > 0)
        .map(([kind, count]) => tongue.t.kindsMany[kind](count, countInWords(count)));
    if (parts.length === 0) return "";
    const words = list(parts);
    return words.charAt(0).toLocaleUpperCase(tongue.locale) + words.slice(1);
}

/** The line, or that nobody wrote one. */
export function coverLine(cover: { line: string; by?: string }): string {
    if (cover.line) return cover.line;
    return cover.by ? tongue.t.cover.unwritten(cover.by) : tongue.t.cover.unwrittenNobody;
}

/** What a screen reader says of an item, and what stands in place of a picture that cannot be shown. */
export function itemWords(item: Shown): string {
    const t = tongue.t;
    if (isCovered(item)) return t.cover.isCovered(coverLine(item.covered), coverKind(item.covered));
    const date = item.date ? dateWords(dateOf(item)) : "";
    if (item.caption) return date ? `${item.caption} ${date}` : item.caption;
    const parts: string[] = [t.kinds[item.kind]];
    if (item.seconds) parts.push(span(item.seconds));
    if (item.pages && item.pages > 1) parts.push(t.pages(item.pages, number(item.pages)));
    if (date) parts.push(date);
    return parts.join(", ");
}

/** The same with the file's name before it, where that may be told. */
export function namedWords(item: Shown): string {
    const name = isCovered(item) ? "" : (item.name ?? "");
    return name ? `${name}, ${itemWords(item)}` : itemWords(item);
}

export function momentName(moment: { name: string }): string {
    return moment.name || tongue.t.home.unnamed;
}

export function momentDate(moment: {
    date?: string;
    date_to?: string;
    date_text?: string;
}): string {
    if (moment.date_text) return moment.date_text;
    if (!moment.date) return "";
    const from = dateWords({ at: moment.date.slice(0, 10) });
    const to = moment.date_to ? dateWords({ at: moment.date_to.slice(0, 10) }) : "";
    return to && to !== from ? tongue.t.dates.span(from, to) : from;
}
