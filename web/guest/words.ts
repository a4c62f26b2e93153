import { wordsOfDate } from "../src/lib/dates.ts";
import type { Cover, Taken, Told } from "./format.ts";
import { de } from "./strings/de.ts";
import { en, type Strings } from "./strings/en.ts";

export { clock } from "../src/lib/clock.ts";

/** What the page says, in the guest's language, else in the sender's, else in English. */
const kLanguages: Record<string, Strings> = { en, de };

export let t: Strings = en;
let language = "en";

const short = (tag: string) => tag.slice(0, 2).toLowerCase();

export function speak(sendersLanguage?: string): void {
    const wishes = [...navigator.languages, sendersLanguage ?? "", "en"].map(short);
    language = wishes.find((wish) => wish in kLanguages) ?? "en";
    t = kLanguages[language] ?? en;
    document.documentElement.lang = language;
}

/** The browser's own variety of the language, such as en-GB. */
function locale(): string {
    return navigator.languages.find((wish) => short(wish) === language) ?? language;
}

export function number(value: number): string {
    return value.toLocaleString(locale());
}

export function percent(part: number): string {
    return part.toLocaleString(locale(), { style: "percent", maximumFractionDigits: 0 });
}

const inWords = (value: number) => t.numbers[value] ?? number(value);

const upper = (text: string) => text.charAt(0).toLocaleUpperCase(locale()) + text.slice(1);

/** "a story, six photographs and a recording". Intl.ListFormat takes 80 ms to be made on an old phone. */
function list(parts: readonly string[]): string {
    const [last, ...others] = [...parts].reverse();
    if (last === undefined || others.length === 0) return last ?? "";
    return `${others.reverse().join(", ")} ${t.and} ${last}`;
}

export function dateWords(iso: string): string {
    return wordsOfDate(iso, locale());
}

/** As the family says it, else in the words of the language. */
export function takenWords(taken: Taken | undefined): string {
    if (!taken) return "";
    if (taken.text) return taken.text;
    if (!taken.from) return "";
    const from = dateWords(taken.from);
    const to = taken.to ? dateWords(taken.to) : from;
    const words = to === from ? from : t.dates.span(from, to);
    return taken.about ? t.dates.about(words) : words;
}

/** The line, or that nobody wrote one. */
export function coverLine(cover: Cover, sender: string | undefined): string {
    return cover.line || t.cover.unwritten(cover.by ?? sender);
}

export function kindWord(kind: string): string {
    return t.kinds[kind] ?? t.kinds.other ?? "";
}

/** "Video, one minute": all that is said of the kind and extent of one covered thing. */
export function coverKind(cover: Cover, kind: string): string {
    const extent = cover.extent;
    const word = kindWord(extent?.kind ?? kind);
    if (extent?.seconds) {
        const minutes = Math.round(extent.seconds / 60);
        const seconds = Math.max(1, Math.round(extent.seconds));
        const said = minutes
            ? t.minutes(minutes, inWords(minutes))
            : t.seconds(seconds, inWords(seconds));
        return `${word}, ${said}`;
    }
    if (extent?.pages) return `${word}, ${t.pages(extent.pages, inWords(extent.pages))}`;
    return word;
}

/** "A story, six photographs and a recording." */
export function partsWords(told: Told): string {
    const said = told.parts
        .filter(([, count]) => count > 0)
        .map(([kind, count]) => t.parts[kind](count, inWords(count)));
    if (told.hasStory) said.unshift(t.parts.story);
    return said.length === 0 ? "" : `${upper(list(said))}.`;
}

/** "6 photographs and a recording", of what can be saved */
export function countWords(counts: ReadonlyMap<string, number>): string {
    const kinds = {
        photograph: "photographs",
        film: "films",
        sound: "sounds",
        paper: "papers",
        ultrasound: "ultrasounds",
        words: "words",
    } as const;
    const said = new Map<keyof Strings["parts"], number>();
    for (const [kind, count] of counts) {
        const place = kinds[kind as keyof typeof kinds] ?? "others";
        said.set(place, (said.get(place) ?? 0) + count);
    }
    return list(
        [...said].map(([kind, count]) => {
            const words = t.parts[kind];
            return typeof words === "string" ? words : words(count, inWords(count));
        }),
    );
}
