import type { Counting } from "../en/counting.ts";

export const counting: Counting = {
    pages: (n, shown) => (n === 1 ? "eine Seite" : `${shown} Seiten`),
    minutes: (n, shown) => (n === 1 ? "eine Minute" : `${shown} Minuten`),
    numbers: [
        "keine",
        "eine",
        "zwei",
        "drei",
        "vier",
        "fünf",
        "sechs",
        "sieben",
        "acht",
        "neun",
        "zehn",
        "elf",
        "zwölf",
    ],
    dates: {
        about: (date) => `um ${date}`,
        span: (from, to) => `${from} bis ${to}`,
    },
};
