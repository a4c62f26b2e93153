import { joined, plain, sliced, spliced, textOf, type Block, type Run } from "./blocks.ts";

/** A block with a name of its own, so that the page knows it again when others come and go. */
export type Edited = Block & { key: number };

/** Where somebody writes. `line`: which text of the block, the source of a quotation behind all others; -1: the block as a whole. */
export interface Place {
    key: number;
    line: number;
    from: number;
    to: number;
}

export interface Text {
    blocks: readonly Edited[];
    place: Place;
}

let last = 0;
const newKey = () => (last += 1);

export const emptyParagraph = (): Block => ({ is: "paragraph", runs: [] });
/** A place to write in is there also where a quotation holds nothing but who said it. */
export const keyed = (block: Block): Edited =>
    block.is === "quotation" && block.texts.length === 0
        ? { ...block, texts: [[]], key: newKey() }
        : { ...block, key: newKey() };
export const lengthOf = (runs: readonly Run[]): number => textOf(runs).length;

export function isText(block: Block): boolean {
    return block.is !== "items" && block.is !== "space";
}

/** Every text that can be written in, empty ones too. */
export function linesOf(block: Block): Run[][] {
    switch (block.is) {
        case "paragraph":
        case "heading":
            return [block.runs];
        case "quotation":
            return [...block.texts, block.source];
        case "list":
            return block.texts;
        default:
            return [];
    }
}

export function withLine(block: Edited, line: number, runs: Run[]): Edited {
    switch (block.is) {
        case "paragraph":
        case "heading":
            return { ...block, runs };
        case "quotation":
            return line === block.texts.length
                ? { ...block, source: runs }
                : { ...block, texts: spliced(block.texts, line, 1, runs) };
        case "list":
            return { ...block, texts: spliced(block.texts, line, 1, runs) };
        default:
            return block;
    }
}

function isEmpty(block: Block): boolean {
    return isText(block) && linesOf(block).every((runs) => lengthOf(runs) === 0);
}

/** There is always a paragraph to go on in. */
export function settled(blocks: readonly Edited[]): Edited[] {
    const lastOne = blocks.at(-1);
    return lastOne?.is === "paragraph" ? [...blocks] : [...blocks, keyed(emptyParagraph())];
}

export function begun(blocks: readonly Block[]): Text {
    const all = settled(blocks.map(keyed));
    return { blocks: all, place: atStart(all[0]!) };
}

export function atStart(block: Edited): Place {
    return { key: block.key, line: isText(block) ? 0 : -1, from: 0, to: 0 };
}

export function atEnd(block: Edited, line = linesOf(block).length - 1): Place {
    const length = lengthOf(linesOf(block)[line] ?? []);
    return { key: block.key, line, from: length, to: length };
}

export function indexOf({ blocks, place }: Text): number {
    return Math.max(
        0,
        blocks.findIndex((block) => block.key === place.key),
    );
}

function put(text: Text, at: number, count: number, added: Edited[], place: Place): Text {
    return { blocks: settled(spliced(text.blocks, at, count, ...added)), place };
}

function here(text: Text): { at: number; block: Edited; runs: Run[] } {
    const at = indexOf(text);
    const block = text.blocks[at]!;
    return { at, block, runs: linesOf(block)[text.place.line] ?? [] };
}

/** In place of what is chosen, in one text. */
export function replaced(text: Text, runs: Run[]): Text {
    const { at, block, runs: all } = here(text);
    const { line, from, to, key } = text.place;
    const now = joined([...sliced(all, 0, from), ...runs, ...sliced(all, to)]);
    const end = from + lengthOf(runs);
    return put(text, at, 1, [withLine(block, line, now)], { key, line, from: end, to: end });
}

const paragraphAfter = (text: Text, at: number, block: Edited | undefined, runs: Run[]): Text => {
    const next = keyed({ is: "paragraph", runs });
    return put(text, at, 1, block ? [block, next] : [next], atStart(next));
};

/** Enter within a list or a quotation: the next line of it, or out of it behind an empty one. */
function splitLine(text: Text, block: Edited & { is: "quotation" | "list" }): Text {
    const { at, runs } = here(text);
    const { line, from } = text.place;
    const { texts } = block;
    if (block.is === "quotation" && line === texts.length)
        return paragraphAfter(
            text,
            at,
            { ...block, source: sliced(runs, 0, from) },
            sliced(runs, from),
        );
    if (lengthOf(runs) === 0 && line === texts.length - 1) {
        const rest = texts.slice(0, -1);
        // Who said it stays, also where nothing is said yet.
        const isSourceAlone =
            rest.length === 0 && block.is === "quotation" && lengthOf(block.source) > 0;
        const left =
            rest.length > 0 ? { ...block, texts: rest } : isSourceAlone ? block : undefined;
        return paragraphAfter(text, at, left, []);
    }
    const now = spliced(texts, line, 1, sliced(runs, 0, from), sliced(runs, from));
    return put(text, at, 1, [{ ...block, texts: now }], {
        key: block.key,
        line: line + 1,
        from: 0,
        to: 0,
    });
}

/** Enter. */
export function split(given: Text): Text {
    const text = given.place.from === given.place.to ? given : replaced(given, []);
    const { at, block, runs } = here(text);
    const { from } = text.place;
    if (block.is === "quotation" || block.is === "list") return splitLine(text, block);
    if (block.is === "items" || block.is === "space") return paragraphAfter(text, at, block, []);
    // Before a heading comes a paragraph, and behind it.
    if (block.is === "heading" && from === 0 && lengthOf(runs) > 0)
        return put(text, at, 0, [keyed(emptyParagraph())], atStart(block));
    return paragraphAfter(text, at, withLine(block, 0, sliced(runs, 0, from)), sliced(runs, from));
}

/** The first text of a heading, a quotation or a list becomes a paragraph. */
function loosened(text: Text, at: number, block: Edited): Text {
    const first = keyed({ is: "paragraph", runs: linesOf(block)[0] ?? [] });
    const added: Edited[] = [first];
    if (block.is === "quotation" || block.is === "list") {
        const texts = block.texts.slice(1);
        if (texts.length > 0) added.push({ ...block, texts });
        else if (block.is === "quotation" && lengthOf(block.source) > 0)
            added.push(keyed({ is: "paragraph", runs: block.source }));
    }
    return put(text, at, 1, added, atStart(first));
}

/** Backspace at the start of a text: joins it with what stands before. */
export function joinedBack(text: Text): Text {
    const { at, block, runs } = here(text);
    const { line, key } = text.place;
    if (line < 0) return removed(text, key);
    if (line > 0 && (block.is === "quotation" || block.is === "list")) {
        const before = block.texts[line - 1]!;
        const end = lengthOf(before);
        const place = { key, line: line - 1, from: end, to: end };
        if (line === block.texts.length) return { ...text, place };
        const texts = spliced(block.texts, line - 1, 2, joined([...before, ...runs]));
        return put(text, at, 1, [{ ...block, texts }], place);
    }
    if (block.is !== "paragraph") return loosened(text, at, block);
    const before = text.blocks[at - 1];
    if (!before) return text;
    if (!isText(before)) {
        const place = atStart(before);
        return lengthOf(runs) === 0 ? put(text, at, 1, [], place) : { ...text, place };
    }
    const lines = linesOf(before);
    // Nobody meant to add to who said it.
    const into =
        before.is === "quotation" && lengthOf(before.source) === 0
            ? lines.length - 2
            : lines.length - 1;
    const now = withLine(before, into, joined([...lines[into]!, ...runs]));
    return put(text, at - 1, 2, [now], atEnd(before, into));
}

/** Delete at the end of a text. */
export function joinedForward(text: Text): Text {
    const { at, block } = here(text);
    const { line, key } = text.place;
    if (line < 0) return removed(text, key);
    if (line + 1 < linesOf(block).length) {
        if (block.is === "quotation" && line + 1 === block.texts.length) return text;
        return joinedBack({ ...text, place: { key, line: line + 1, from: 0, to: 0 } });
    }
    const next = text.blocks[at + 1];
    if (!next) return text;
    if (!isText(next) || isEmpty(block)) {
        const place = atStart(next);
        return isEmpty(block) && text.blocks.length > 1
            ? put(text, at, 1, [], place)
            : { ...text, place };
    }
    const loose =
        next.is === "paragraph" ? text : loosened({ ...text, place: atStart(next) }, at + 1, next);
    return joinedBack({ ...loose, place: atStart(loose.blocks[at + 1]!) });
}

export function removed(text: Text, key: number): Text {
    const at = text.blocks.findIndex((block) => block.key === key);
    if (at < 0) return text;
    const blocks = settled(spliced(text.blocks, at, 1));
    const next = blocks[Math.min(at, blocks.length - 1)]!;
    return { blocks, place: atStart(next) };
}

/** Puts what was taken out of `before` back in its place, among whatever was written since. */
export function putBack(text: Text, before: readonly Edited[], key: number): Text {
    const from = before.findIndex((block) => block.key === key);
    const block = before[from];
    const isHere = (one: Edited) => text.blocks.some((each) => each.key === one.key);
    if (!block || isHere(block)) return text;
    const ahead = before.slice(0, from).findLast(isHere);
    const behind = before.slice(from + 1).find(isHere);
    const place = (one: Edited) => text.blocks.findIndex((each) => each.key === one.key);
    const at = ahead
        ? place(ahead) + 1
        : behind
          ? place(behind)
          : Math.min(from, text.blocks.length);
    const blocks = spliced(text.blocks, at, 0, block);
    // The paragraph to go on in was not there before, where what comes back is one.
    const end = blocks.at(-1)!;
    const isAdded =
        end.is === "paragraph" && isEmpty(end) && !before.some((one) => one.key === end.key);
    return { blocks: settled(isAdded ? blocks.slice(0, -1) : blocks), place: atStart(block) };
}

/** Puts blocks where somebody writes: in place of an empty paragraph, else behind the block. */
export function inserted(text: Text, blocks: readonly Block[]): Text {
    const { at, block } = here(text);
    const added = blocks.map(keyed);
    const isInPlace = block.is === "paragraph" && isEmpty(block);
    const all = spliced(text.blocks, isInPlace ? at : at + 1, isInPlace ? 1 : 0, ...added);
    const end = (isInPlace ? at : at + 1) + added.length;
    const lastOne = added.at(-1);
    if (lastOne && isText(lastOne)) return { blocks: settled(all), place: atEnd(lastOne, 0) };
    const following = all[end];
    if (following?.is === "paragraph") return { blocks: all, place: atStart(following) };
    const next = keyed(emptyParagraph());
    return { blocks: spliced(all, end, 0, next), place: atStart(next) };
}

/** What was pasted: words of one paragraph into the text, more of them as blocks. */
export function pasted(given: Text, blocks: readonly Block[]): Text {
    const text = given.place.from === given.place.to ? given : replaced(given, []);
    const [first] = blocks;
    const { at, block, runs } = here(text);
    if (!first || text.place.line < 0) return blocks.length > 0 ? inserted(text, blocks) : text;
    if (blocks.length === 1 && first.is === "paragraph") return replaced(text, first.runs);
    if (block.is !== "paragraph") {
        const words = blocks.flatMap(linesOf).map(textOf).filter(Boolean).join(" ");
        return replaced(text, plain(words));
    }
    const before = sliced(runs, 0, text.place.from);
    const behind = sliced(runs, text.place.from);
    const added = blocks.map(keyed);
    if (lengthOf(before) > 0) {
        if (first.is === "paragraph")
            added[0] = withLine(added[0]!, 0, joined([...before, ...first.runs]));
        else added.unshift(keyed({ is: "paragraph", runs: before }));
    }
    let place = atEnd(added.at(-1)!);
    const end = added.at(-1)!;
    if (end.is === "paragraph")
        added[added.length - 1] = withLine(end, 0, joined([...end.runs, ...behind]));
    else {
        const rest = keyed({ is: "paragraph", runs: behind });
        added.push(rest);
        place = atStart(rest);
    }
    return put(text, at, 1, added, place);
}

/** The block goes so that it stands before what is number `to` now. */
export function moved(text: Text, key: number, to: number): Text {
    const from = text.blocks.findIndex((block) => block.key === key);
    const block = text.blocks[from];
    if (!block || to === from || to === from + 1) return text;
    const without = spliced(text.blocks, from, 1);
    const blocks = spliced(without, to > from ? to - 1 : to, 0, block);
    return { ...text, blocks: settled(blocks) };
}

/** A paragraph, heading or quotation made another of them. */
export function turned(
    text: Text,
    key: number,
    into: "paragraph" | "heading" | "quotation" | "list",
): Text {
    const at = text.blocks.findIndex((block) => block.key === key);
    const block = text.blocks[at];
    if (!block || !isText(block) || block.is === into) return text;
    const texts = linesOf(block).filter((runs, line) => line === 0 || lengthOf(runs) > 0);
    const place = { ...text.place, line: 0 };
    if (into === "quotation")
        return put(text, at, 1, [{ is: into, texts, source: [], key }], place);
    if (into === "list") return put(text, at, 1, [{ is: into, texts, key }], place);
    const added = texts.map((runs, line): Edited => {
        const is = line === 0 ? into : "paragraph";
        const flat =
            is === "heading"
                ? runs.map((run) => ({ ...run, text: run.text.replaceAll("\n", " ") }))
                : runs;
        return { is, runs: flat, key: line === 0 ? key : newKey() };
    });
    return put(text, at, 1, added, place);
}

/** What is chosen becomes emphasized, or no longer. */
export function emphasized(text: Text, look: "em" | "strong"): Text {
    const { at, block, runs } = here(text);
    const { line, from, to } = text.place;
    if (from === to || line < 0) return text;
    const chosen = sliced(runs, from, to);
    const isOn = chosen.every((run) => run[look]);
    const now = chosen.map((run) => ({ ...run, [look]: !isOn }));
    const all = joined([...sliced(runs, 0, from), ...now, ...sliced(runs, to)]);
    return put(text, at, 1, [withLine(block, line, all)], text.place);
}

const kTyped = [
    [/^#{1,6} /u, "heading"],
    [/^> /u, "quotation"],
    [/^- /u, "list"],
] as const;

/** Who types "## " at the start of a paragraph means a heading. */
export function typed(text: Text): Text {
    const { block, runs } = here(text);
    if (block.is !== "paragraph") return text;
    const words = textOf(runs);
    for (const [mark, into] of kTyped) {
        const length = mark.exec(words)?.[0].length;
        if (length === undefined || text.place.from !== length) continue;
        const place = { ...text.place, from: 0, to: length };
        return turned(replaced({ ...text, place }, []), block.key, into);
    }
    return text;
}

/** Two versions as one, with all that either has: what both say once, else the one and then the other. */
export function united(
    one: readonly Block[],
    other: readonly Block[],
    text: (block: Block) => string,
): Block[] {
    const had = new Set(one.map(text));
    const all: Block[] = [];
    let at = 0;
    for (const block of other) {
        const found = one.findIndex((each, index) => index >= at && text(each) === text(block));
        if (found >= 0) {
            all.push(...one.slice(at, found + 1));
            at = found + 1;
        } else if (!had.has(text(block)) || block.is === "space") all.push(block);
    }
    return [...all, ...one.slice(at)];
}
