import { blanksAround, joined, kBlanks, within, type Run } from "./blocks.ts";

/** A stretch of text, or of asterisks. */
interface Piece {
    text: string;
    /** those that nothing was found for yet */
    stars: number;
    canOpen: boolean;
    canClose: boolean;
    emBegun: number;
    emEnded: number;
    strongBegun: number;
    strongEnded: number;
}

function piece(more: Partial<Piece>): Piece {
    return {
        text: "",
        stars: 0,
        canOpen: false,
        canClose: false,
        emBegun: 0,
        emEnded: 0,
        strongBegun: 0,
        strongEnded: 0,
        ...more,
    };
}

const isBlank = (c: string | undefined) => c !== undefined && kBlanks.includes(c);
const isPunctuation = (c: string | undefined) => c !== undefined && /^[!-/:-@[-`{-~]$/u.test(c);

/** Takes a text apart where asterisks, backslashes and lines' ends mean something. */
function pieces(text: string): Piece[] {
    const all: Piece[] = [];
    let gathered = "";
    let at = 0;
    const flush = () => {
        if (gathered !== "") all.push(piece({ text: gathered }));
        gathered = "";
    };
    const endLine = (as: string) => {
        gathered = gathered.slice(0, gathered.length - blanksAround(gathered, " ")[1]) + as;
        at += 1;
        while (text[at] === " " || text[at] === "\t") at += 1;
    };
    while (at < text.length) {
        const c = text[at]!;
        if (c === "\\" && isPunctuation(text[at + 1])) {
            gathered += text[at + 1]!;
            at += 2;
        } else if (c === "\\" && text[at + 1] === "\n") {
            at += 1;
            endLine("\n");
        } else if (c === "\n") endLine(gathered.endsWith("  ") ? "\n" : " ");
        else if (c === "*") {
            let end = at;
            while (text[end] === "*") end += 1;
            const endsLine = text[end] === "\\" && text[end + 1] === "\n";
            flush();
            all.push(
                piece({
                    stars: end - at,
                    canOpen: end < text.length && !isBlank(text[end]) && !endsLine,
                    canClose: at > 0 && !isBlank(text[at - 1]),
                }),
            );
            at = end;
        } else {
            gathered += c;
            at += 1;
        }
    }
    flush();
    return all;
}

/** Each run of asterisks that may end something ends what was begun last: linear, whatever the text. */
function pair(all: Piece[]): void {
    const begun: Piece[] = [];
    for (const one of all) {
        while (one.canClose && one.stars > 0 && begun.length > 0) {
            const opener = begun.at(-1)!;
            if (opener.stars >= 2 && one.stars >= 2) {
                opener.strongBegun += 1;
                one.strongEnded += 1;
                opener.stars -= 2;
                one.stars -= 2;
            } else {
                opener.emBegun += 1;
                one.emEnded += 1;
                opener.stars -= 1;
                one.stars -= 1;
            }
            if (opener.stars === 0) begun.pop();
        }
        if (one.stars > 0 && one.canOpen) begun.push(one);
    }
}

/** The runs of a paragraph's text: `*em*`, `**strong**`, a backslash before what would mean something. */
export function parseRuns(text: string): Run[] {
    const all = pieces(text);
    pair(all);
    const runs: Run[] = [];
    let em = 0;
    let strong = 0;
    for (const one of all) {
        em -= one.emEnded;
        strong -= one.strongEnded;
        // Asterisks that mean nothing: behind what ends here, before what begins.
        runs.push({ text: "*".repeat(one.stars), em: em > 0, strong: strong > 0 });
        em += one.emBegun;
        strong += one.strongBegun;
        runs.push({ text: one.text, em: em > 0, strong: strong > 0 });
    }
    return within(joined(runs));
}
