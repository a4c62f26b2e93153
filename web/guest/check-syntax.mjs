// What Safari 14.1, Chrome 90 and Firefox 90 do not run must not be in what they get. esbuild lowers what is syntax; this looks
// at what came out of it, and for names that are newer than those browsers. (tsconfig.json's "lib" keeps newer methods of
// the language out while the page is written.)
import { parse } from "acorn";

/** Named things of the platform that one of the three lacks, and that would not fail at once. */
const newerScript = [
    [/\(\?<[=!]/, "looking behind in a regular expression (Safari 16.4)"],
    [/\bstructuredClone\b/, "structuredClone (Safari 15.4)"],
    [/\.(at|findLast|findLastIndex|toSorted|toReversed|toSpliced)\(/, "newer methods of arrays"],
    // Object.hasOwn is there by old-browsers.ts.
    [/\bObject\.(groupBy)\b/, "newer methods of Object"],
    [/\bPromise\.(withResolvers|try)\b/, "newer methods of Promise"],
    [/\bArray\.fromAsync\b/, "Array.fromAsync"],
    [/\bAbortSignal\.(timeout|any|abort)\b/, "AbortSignal.timeout and its like (Safari 16)"],
    [/\.throwIfAborted\b/, "throwIfAborted (Safari 15.4)"],
    [/\.(showModal|showPopover)\b/, "dialogs (Safari 15.4, Firefox 98)"],
    [/\brandomUUID\b/, "randomUUID (Safari 15.4)"],
    [/\brequestIdleCallback\b/, "requestIdleCallback (Safari)"],
    [/\bcreateImageBitmap\b/, "createImageBitmap (Safari 15)"],
    [/\bBroadcastChannel\b/, "BroadcastChannel (Safari 15.4)"],
    [/\.inert\b/, "inert (Firefox 112)"],
    [/\bURL\.(canParse|parse)\b/, "URL.canParse"],
    [/\bIntl\.(Segmenter|DurationFormat)\b/, "Intl.Segmenter"],
    [/\bSymbol\.(dispose|asyncDispose)\b/, "Symbol.dispose"],
];

/** Styles that one of the three drops, with no older line before them to fall back on. */
const newerStyle = [
    [/aspect-ratio:/, "aspect-ratio (Safari 15)"],
    [/:has\(/, ":has()"],
    [/@container|container-type/, "container queries"],
    [/color-mix\(/, "color-mix()"],
    [/@layer/, "@layer (Firefox 97)"],
    [/(^|[;{])(rotate|scale|translate):/, "rotate, scale, translate (Chrome 104)"],
];

/** Errors: throws for what is newer than ECMAScript 2020, and for names that are newer than the browsers. */
export function checkScript(text) {
    parse(text, { ecmaVersion: 2020, sourceType: "script" });
    refuse(newerScript, text);
}

export function checkStyle(text) {
    refuse(newerStyle, text);
}

function refuse(rules, text) {
    for (const [pattern, what] of rules) {
        const found = pattern.exec(text);
        if (found)
            throw new Error(
                `${what}: ${text.slice(Math.max(0, found.index - 60), found.index + 60)}`,
            );
    }
}
