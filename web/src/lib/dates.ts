/** Dates as the family knows them: a year, a month, a day, a minute; perhaps only "about". */

export interface FamilyDate {
    /** the start of an RFC 3339 date: "1987", "2016-07", "2016-07-14", "2016-07-14T16:41" and more */
    at: string;
    about?: boolean;
    /** false: no source is to be believed */
    certain?: boolean;
    /** as somebody wrote it: "summer 1974" */
    text?: string;
}

export interface DateParts {
    year: number;
    month?: number;
    day?: number;
    hour?: number;
    minute?: number;
}

/** The parts that a date knows; undefined if it is none. */
export function partsOf(at: string): DateParts | undefined {
    const match = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d))?)?)?/.exec(at);
    if (!match) return undefined;
    const [, year, month, day, hour, minute] = match;
    const parts: DateParts = { year: Number(year) };
    if (month !== undefined) parts.month = Number(month);
    if (day !== undefined) parts.day = Number(day);
    if (hour !== undefined && minute !== undefined) {
        parts.hour = Number(hour);
        parts.minute = Number(minute);
    }
    return parts;
}

/** In words of a language, as exact as it is known; "" if it is no date. */
export function wordsOfDate(at: string, language: string, withTime = false): string {
    const parts = partsOf(at);
    if (!parts) return "";
    const format: Intl.DateTimeFormatOptions = { year: "numeric", timeZone: "UTC" };
    if (parts.month !== undefined) format.month = "long";
    if (parts.day !== undefined) format.day = "numeric";
    if (withTime && parts.hour !== undefined) {
        format.hour = "2-digit";
        format.minute = "2-digit";
        format.hourCycle = "h23";
    }
    const instant = new Date(0);
    instant.setUTCFullYear(parts.year, (parts.month ?? 1) - 1, parts.day ?? 1);
    instant.setUTCHours(parts.hour ?? 0, parts.minute ?? 0);
    return formatter(language, format).format(instant);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making one costs a millisecond, so each is made once. */
export function formatter(
    language: string,
    format: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
    const key = language + JSON.stringify(format);
    let one = formatters.get(key);
    if (!one) {
        one = new Intl.DateTimeFormat(language, format);
        formatters.set(key, one);
    }
    return one;
}

/** The month's name alone: "July". */
export function monthName(month: number, language: string): string {
    return formatter(language, { month: "long", timeZone: "UTC" }).format(
        Date.UTC(2000, month - 1, 1),
    );
}

const kAbout = /\b(about|around|circa|ca\.?|perhaps|etwa|um|ungefähr|gegen|vielleicht)\b/iu;

/** What somebody typed, as a date: "14 March 2019", "14.3.2019", "2019-03-14", "March 2019", "summer 1974", "about 1987".
 *
 * The year is what must be found. Words that are not understood stay in `text`, which is what is shown.
 * Months are known by their names in `languages`. A day that does not exist is not taken for one.
 */
export function readDate(typed: string, languages: readonly string[]): FamilyDate | undefined {
    const text = typed.trim().replace(/\s+/gu, " ");
    if (text === "") return undefined;
    const iso = /^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?$/.exec(text);
    if (iso)
        return known(Number(iso[1]), Number(iso[2]), iso[3] ? Number(iso[3]) : undefined, text);
    const numbers = /^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})$/.exec(text);
    if (numbers) return known(Number(numbers[3]), Number(numbers[2]), Number(numbers[1]), text);
    const yearMatch = /(?<!\d)(1[5-9]\d\d|20\d\d|21\d\d)(?!\d)/.exec(text);
    if (!yearMatch) return undefined;
    const year = Number(yearMatch[1]);
    const about = kAbout.test(text);
    const rest = text.replace(yearMatch[0], " ").replace(kAbout, " ").toLowerCase();
    const month = monthIn(rest, languages);
    const day = month === undefined ? undefined : /(?<!\d)(\d{1,2})(?!\d)/.exec(rest)?.[1];
    const date = known(year, month, day === undefined ? undefined : Number(day), text);
    if (about) date.about = true;
    return date;
}

function known(
    year: number,
    month: number | undefined,
    day: number | undefined,
    text: string,
): FamilyDate {
    let at = String(year).padStart(4, "0");
    if (month !== undefined && month >= 1 && month <= 12) {
        at += `-${String(month).padStart(2, "0")}`;
        const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
        if (day !== undefined && day >= 1 && day <= days) at += `-${String(day).padStart(2, "0")}`;
    }
    return { at, text };
}

function monthIn(words: string, languages: readonly string[]): number | undefined {
    const parts = words.split(/[^\p{L}]+/u).filter((word) => word.length >= 3);
    for (const language of languages) {
        for (let month = 1; month <= 12; month += 1) {
            const name = monthName(month, language).toLowerCase();
            if (parts.some((word) => word === name || (word.length >= 3 && name.startsWith(word))))
                return month;
        }
    }
    return undefined;
}
