import { plain, textsOf, type Block, type Run } from "./blocks.ts";
import { storyText } from "./write.ts";

/** What became of a stretch of text between two versions. */
export interface Stretch extends Run {
    became: "same" | "added" | "gone";
}

export type Compared =
    | { is: "same" | "added" | "gone"; block: Block }
    /** a text whose words changed */
    | { is: "changed"; block: Block; texts: Stretch[][] };

/** So many comparisons of two things at most; past that all of it counts as changed. */
const kMostCells = 4_000_000;
/** A text is looked for among so many of those that came. */
const kMostTries = 8;

type Step = "same" | "added" | "gone";

/** The shortest way from one list to another, by the longest that both have in common. */
export function steps(one: readonly string[], other: readonly string[]): Step[] {
    let start = 0;
    while (start < one.length && start < other.length && one[start] === other[start]) start += 1;
    let end = 0;
    const most = Math.min(one.length, other.length) - start;
    while (end < most && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
    const a = one.slice(start, one.length - end);
    const b = other.slice(start, other.length - end);
    return [...Array<Step>(start).fill("same"), ...within(a, b), ...Array<Step>(end).fill("same")];
}

function within(a: readonly string[], b: readonly string[]): Step[] {
    const width = b.length + 1;
    if (a.length * b.length > kMostCells)
        return [...Array<Step>(a.length).fill("gone"), ...Array<Step>(b.length).fill("added")];
    const common = new Uint32Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; i -= 1)
        for (let j = b.length - 1; j >= 0; j -= 1)
            common[i * width + j] =
                a[i] === b[j]
                    ? common[(i + 1) * width + j + 1]! + 1
                    : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
    const way: Step[] = [];
    let i = 0;
    let j = 0;
    while (i < a.length || j < b.length) {
        if (i < a.length && j < b.length && a[i] === b[j]) {
            way.push("same");
            i += 1;
            j += 1;
        } else if (
            i < a.length &&
            (j === b.length || common[(i + 1) * width + j]! >= common[i * width + j + 1]!)
        ) {
            way.push("gone");
            i += 1;
        } else {
            way.push("added");
            j += 1;
        }
    }
    return way;
}

/** Words, white space and signs, each with its look. */
function words(runs: readonly Run[]): Run[] {
    return runs.flatMap((run) =>
        (run.text.match(/[\p{L}\p{N}\p{M}’']+|\s+|[^\p{L}\p{N}\p{M}’'\s]/gu) ?? []).map((text) => ({
            ...run,
            text,
        })),
    );
}

const nameOf = (run: Run) => `${run.em ? "e" : ""}${run.strong ? "s" : ""} ${run.text}`;

export function compareTexts(one: readonly Run[], other: readonly Run[]): Stretch[] {
    const before = words(one);
    const after = words(other);
    const all: Stretch[] = [];
    let i = 0;
    let j = 0;
    for (const became of steps(before.map(nameOf), after.map(nameOf))) {
        const run = became === "gone" ? before[i]! : after[j]!;
        if (became !== "added") i += 1;
        if (became !== "gone") j += 1;
        const last = all.at(-1);
        if (last?.became === became && last.em === run.em && last.strong === run.strong)
            all[all.length - 1] = { ...last, text: last.text + run.text };
        else all.push({ ...run, became });
    }
    return all;
}

/** Whether enough of it stayed for its words to be compared. */
function isLike(texts: readonly Stretch[][]): boolean {
    let same = 0;
    let all = 0;
    for (const stretch of texts.flat()) {
        const length = stretch.text.trim().length;
        all += length;
        if (stretch.became === "same") same += 2 * length;
    }
    return same * 2 >= all;
}

function pairUp(gone: Block[], added: Block[]): Compared[] {
    const all: Compared[] = [];
    const rest = [...added];
    for (const block of gone) {
        let found: Compared | undefined;
        for (let at = 0; at < Math.min(rest.length, kMostTries) && !found; at += 1) {
            const other = rest[at]!;
            const one = textsOf(block);
            const two = textsOf(other);
            if (other.is !== block.is || one.length === 0) continue;
            const texts = Array.from({ length: Math.max(one.length, two.length) }, (_, line) =>
                compareTexts(one[line] ?? plain(""), two[line] ?? plain("")),
            );
            if (!isLike(texts)) continue;
            all.push(...rest.splice(0, at).map((each): Compared => ({ is: "added", block: each })));
            rest.shift();
            found = { is: "changed", block: other, texts };
        }
        all.push(found ?? { is: "gone", block });
    }
    return [...all, ...rest.map((block): Compared => ({ is: "added", block }))];
}

/** What changed from one version to another, block by block, and within a block word by word. */
export function compare(one: readonly Block[], other: readonly Block[]): Compared[] {
    const name = (block: Block) => storyText([block]);
    const all: Compared[] = [];
    let gone: Block[] = [];
    let added: Block[] = [];
    const flush = () => {
        all.push(...pairUp(gone, added));
        gone = [];
        added = [];
    };
    let i = 0;
    let j = 0;
    for (const became of steps(one.map(name), other.map(name))) {
        if (became === "gone") gone.push(one[i]!);
        else if (became === "added") added.push(other[j]!);
        else {
            flush();
            all.push({ is: "same", block: other[j]! });
        }
        if (became !== "added") i += 1;
        if (became !== "gone") j += 1;
    }
    flush();
    return all;
}
