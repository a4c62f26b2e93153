import assert from "node:assert/strict";
import { test } from "node:test";

import { de as guestDe } from "../../guest/strings/de.ts";
import { en as guestEn } from "../../guest/strings/en.ts";
import { showing as showingDe } from "../../src/strings/de/showing.ts";
import { de } from "../../src/strings/de.ts";
import { showing as showingEn } from "../../src/strings/en/showing.ts";
import { en } from "../../src/strings/en.ts";

type Words = string | ((...values: never[]) => string) | Words[] | { [key: string]: Words };

function* said(words: Words, path = ""): Generator<[string, string]> {
    if (typeof words === "string") yield [path, words];
    else if (typeof words === "function") {
        const call = words as (...values: unknown[]) => string;
        for (const count of [1, 2])
            yield [
                path,
                call.length > 0 && /count|files|n\b/u.test(String(words))
                    ? call(count, String(count), "x")
                    : call("x", "y", "z"),
            ];
    } else
        for (const [key, value] of Object.entries(words))
            yield* said(value as Words, path ? `${path}.${key}` : key);
}

test("German says all that English says", () => {
    const places = (words: Words) => [...new Set([...said(words)].map(([path]) => path))].sort();
    for (const [german, english] of [
        [de, en],
        [guestDe, guestEn],
        [showingDe, showingEn],
    ] as [Words, Words][]) {
        assert.deepEqual(places(german), places(english));
        const same = [...said(german)].filter(
            ([path, words]) =>
                words.length > 12 &&
                [...said(english)].some(([other, text]) => other === path && text === words),
        );
        assert.deepEqual(same, []);
    }
});

test("the words to avoid are not said", () => {
    const avoided =
        /\b(fetus|remains|miscarriage|passed|angel|journey|healing|closure|brave|sensitive|trigger|graphic|warning|disturbing|memor(y|ies)|relive|rediscover|celebrate|users?|content|assets?|vault|oops|are you sure)\b|!|\p{Extended_Pictographic}/iu;
    for (const words of [en, de, guestEn, guestDe, showingEn, showingDe] as Words[])
        for (const [path, text] of said(words)) assert.doesNotMatch(text, avoided, path);
});
