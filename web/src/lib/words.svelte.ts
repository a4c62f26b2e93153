import { en, type Strings } from "../strings/en.ts";
import { wordsOfDate, type FamilyDate } from "./dates.ts";

export { clock } from "./clock.ts";

/** The languages that the pages speak; German is fetched when it is asked for. */
export const kLanguages = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof kLanguages;

function fromBrowser(): Language {
    for (const wish of navigator.languages) {
        const language = wish.slice(0, 2).toLowerCase();
        if (language in kLanguages) return language as Language;
    }
    return "en";
}

class Tongue {
    /** all that the pages say */
    t = $state.raw<Strings>(en);
    language = $state<Language>("en");

    /** For dates and numbers: the browser's own variety of the language, such as en-GB. */
    get locale(): string {
        return (
            navigator.languages.find((wish) => wish.toLowerCase().startsWith(this.language)) ??
            this.language
        );
    }

    /** Speaks a language, or the browser's. */
    async speak(wanted: string | null): Promise<void> {
        const language =
            wanted !== null && wanted in kLanguages ? (wanted as Language) : fromBrowser();
        this.t = language === "de" ? (await import("../strings/de.ts")).de : en;
        this.language = language;
        document.documentElement.lang = language;
    }
}

export const tongue = new Tongue();

export function number(value: number): string {
    return value.toLocaleString(tongue.locale);
}

/** Small counts in words ("six photographs"), others in digits. */
export function countInWords(value: number): string {
    return tongue.t.numbers[value] ?? number(value);
}

export function percent(part: number): string {
    return part.toLocaleString(tongue.locale, { style: "percent", maximumFractionDigits: 0 });
}

const kUnits = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Decimal units, as file managers count: "2.4 MB", "412 GB". */
export function bytes(value: number): string {
    let unit = 0;
    let shown = value;
    while (shown >= 1000 && unit < kUnits.length - 1) {
        shown /= 1000;
        unit += 1;
    }
    return shown.toLocaleString(tongue.locale, {
        style: "unit",
        unit: kUnits[unit] as string,
        // "48 byte" is what "short" would say in English.
        unitDisplay: unit === 0 ? "long" : "short",
        maximumFractionDigits: shown < 10 && unit > 0 ? 1 : 0,
    });
}

/** "42 seconds", "2 minutes", "3 hours": no more exact than a person says it. */
export function span(seconds: number): string {
    const { seconds: ofSeconds, minutes, hours } = tongue.t.time;
    if (seconds < 59.5)
        return ofSeconds(Math.round(seconds), number(Math.max(1, Math.round(seconds))));
    if (seconds < 3570) return minutes(Math.round(seconds / 60), number(Math.round(seconds / 60)));
    return hours(Math.round(seconds / 3600), number(Math.round(seconds / 3600)));
}

export function list(names: readonly string[]): string {
    return new Intl.ListFormat(tongue.locale, { type: "conjunction" }).format(names);
}

/** As somebody wrote it, else in the words of the language. */
export function dateWords(date: FamilyDate | undefined, withTime = false): string {
    if (!date) return tongue.t.dates.none;
    if (date.text) return date.text;
    const words = wordsOfDate(date.at, tongue.locale, withTime);
    return date.about ? tongue.t.dates.about(words) : words;
}

export function dayWords(iso: string): string {
    return wordsOfDate(iso.slice(0, 10), tongue.locale);
}
