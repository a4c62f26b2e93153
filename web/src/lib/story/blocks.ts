import type { Block, Run } from "./block.ts";

export type { Block, Run } from "./block.ts";

export const kBlanks = " \n\t";

export function plain(text: string): Run[] {
    return text === "" ? [] : [{ text, em: false, strong: false }];
}

export function textOf(runs: readonly Run[]): string {
    return runs.map((run) => run.text).join("");
}

/** The same runs with those of one look joined, and none that is empty. */
export function joined(runs: readonly Run[]): Run[] {
    const all: Run[] = [];
    for (const run of runs) {
        const last = all.at(-1);
        if (run.text === "") continue;
        if (last && last.em === run.em && last.strong === run.strong)
            all[all.length - 1] = { ...last, text: last.text + run.text };
        else all.push({ ...run });
    }
    return all;
}

/** What stands from one character to another. */
export function sliced(runs: readonly Run[], from: number, to = Infinity): Run[] {
    const all: Run[] = [];
    let at = 0;
    for (const run of runs) {
        const text = run.text.slice(Math.max(0, from - at), Math.max(0, to - at));
        if (text !== "") all.push({ ...run, text });
        at += run.text.length;
    }
    return all;
}

/** A list with some of it replaced. */
export function spliced<T>(list: readonly T[], at: number, count: number, ...added: T[]): T[] {
    return [...list.slice(0, at), ...added, ...list.slice(at + count)];
}

/** All texts of a block, in order; the source of a quotation last. */
export function textsOf(block: Block): Run[][] {
    switch (block.is) {
        case "paragraph":
        case "heading":
            return [block.runs];
        case "quotation":
            return block.source.length > 0 ? [...block.texts, block.source] : block.texts;
        case "list":
            return block.texts;
        default:
            return [];
    }
}

/** How many of these characters stand at a text's start, and at its end: by hand, as an expression would take the square of its length. */
export function blanksAround(text: string, blanks: string): [start: number, end: number] {
    let start = 0;
    while (start < text.length && blanks.includes(text[start]!)) start += 1;
    let end = 0;
    while (end < text.length - start && blanks.includes(text[text.length - 1 - end]!)) end += 1;
    return [start, end];
}

export function trimmed(text: string, blanks = " \n"): string {
    const [start, end] = blanksAround(text, blanks);
    return text.slice(start, text.length - end);
}

/** Without the white space around all of it. */
export function within(runs: readonly Run[]): Run[] {
    const isFilled = (run: Run) => trimmed(run.text, kBlanks) !== "";
    const from = runs.findIndex(isFilled);
    const to = runs.findLastIndex(isFilled);
    if (from < 0) return [];
    return runs.slice(from, to + 1).map((run, at, { length }) => {
        const [start, end] = blanksAround(run.text, kBlanks);
        const last = run.text.length - (at === length - 1 ? end : 0);
        return { ...run, text: run.text.slice(at === 0 ? start : 0, last) };
    });
}

/** The items that a story shows, in order, each once. */
export function itemsOf(blocks: readonly Block[]): string[] {
    return [...new Set(blocks.flatMap((block) => (block.is === "items" ? block.ids : [])))];
}
