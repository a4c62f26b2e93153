import { joined, type Run } from "./blocks.ts";

/** A text that is written in, as elements: what stands on the page of it, and where in it somebody is. */

const kEm = new Set(["EM", "I"]);
const kStrong = new Set(["STRONG", "B"]);
const kLines = new Set(["DIV", "P"]);

/** Browsers put a line's end behind the last line so that it is seen; it means nothing. */
function isLastBreak(node: Node, root: Node): boolean {
    for (let at: Node | null = node; at && at !== root; at = at.parentNode)
        if (at.nextSibling) return false;
    return true;
}

function* walk(root: Node): Generator<{ node: Node; text: string }> {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    let isFirst = true;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node.nodeType === Node.TEXT_NODE) {
            isFirst = false;
            yield { node, text: node.nodeValue ?? "" };
        } else if (
            node.nodeName === "BR"
                ? !isLastBreak(node, root)
                : kLines.has(node.nodeName) && !isFirst
        )
            yield { node, text: "\n" };
    }
}

function looksOf(node: Node, root: Node): { em: boolean; strong: boolean } {
    let em = false;
    let strong = false;
    for (let at = node.parentNode; at && at !== root; at = at.parentNode) {
        em ||= kEm.has(at.nodeName);
        strong ||= kStrong.has(at.nodeName);
    }
    return { em, strong };
}

export function readField(root: HTMLElement): Run[] {
    const runs: Run[] = [];
    for (const { node, text } of walk(root))
        runs.push({ text: text.replaceAll("\u00a0", " "), ...looksOf(node, root) });
    return joined(runs);
}

export function writeField(root: HTMLElement, runs: readonly Run[]): void {
    root.replaceChildren(
        ...runs.map((run) => {
            let node: Node = document.createTextNode(run.text);
            for (const [is, name] of [
                [run.strong, "strong"],
                [run.em, "em"],
            ] as const) {
                if (!is) continue;
                const element = document.createElement(name);
                element.append(node);
                node = element;
            }
            return node;
        }),
    );
    if (runs.at(-1)?.text.endsWith("\n")) root.append(document.createElement("br"));
}

export function isSame(one: readonly Run[], other: readonly Run[]): boolean {
    return (
        one.length === other.length &&
        one.every((run, at) => {
            const that = other[at]!;
            return run.text === that.text && run.em === that.em && run.strong === that.strong;
        })
    );
}

function endOf(node: Node): [Node, number] {
    if (node.nodeType === Node.TEXT_NODE) return [node, node.nodeValue?.length ?? 0];
    const around = node.parentNode!;
    return node.nodeName === "BR"
        ? [around, [...around.childNodes].indexOf(node as ChildNode) + 1]
        : [node, 0];
}

/** How many characters stand before a place of the page. */
function offsetOf(root: HTMLElement, container: Node, offset: number): number {
    const before = document.createRange();
    before.setStart(root, 0);
    before.setEnd(container, offset);
    let count = 0;
    for (const { node, text } of walk(root)) {
        if (node === container) return count + offset;
        if (before.comparePoint(...endOf(node)) > 0) break;
        count += text.length;
    }
    return count;
}

export interface Chosen {
    from: number;
    to: number;
}

/** What is chosen in it; none while the focus is elsewhere. */
export function chosenIn(root: HTMLElement): Chosen | undefined {
    const selection = getSelection();
    if (!selection || selection.rangeCount === 0) return undefined;
    const range = selection.getRangeAt(0);
    if (!root.contains(range.startContainer) || !root.contains(range.endContainer))
        return undefined;
    return {
        from: offsetOf(root, range.startContainer, range.startOffset),
        to: offsetOf(root, range.endContainer, range.endOffset),
    };
}

function pointAt(root: HTMLElement, offset: number): [Node, number] {
    let left = offset;
    let last: [Node, number] = [root, root.childNodes.length];
    for (const { node, text } of walk(root)) {
        if (node.nodeType !== Node.TEXT_NODE) {
            left -= text.length;
            continue;
        }
        if (left <= text.length) return [node, Math.max(0, left)];
        left -= text.length;
        last = [node, text.length];
    }
    return last;
}

export function chooseIn(root: HTMLElement, { from, to }: Chosen): void {
    root.focus({ preventScroll: true });
    const range = document.createRange();
    range.setStart(...pointAt(root, from));
    range.setEnd(...pointAt(root, to));
    const selection = getSelection();
    selection?.removeAllRanges();
    selection?.addRange(range);
}

/** Where the caret is on the screen. An empty text has none, so its own place is told. */
export function caretRect(root: HTMLElement): DOMRect {
    const selection = getSelection();
    const range =
        selection && selection.rangeCount > 0 ? selection.getRangeAt(0).cloneRange() : undefined;
    const rects = range ? [...range.getClientRects()] : [];
    return rects.at(-1) ?? root.getBoundingClientRect();
}

/** Whether the caret stands in the first line that is seen, or in the last. */
export function isAtEdge(root: HTMLElement, side: "first" | "last"): boolean {
    const caret = caretRect(root);
    const box = root.getBoundingClientRect();
    const half = caret.height / 2;
    return side === "first" ? caret.top - box.top < half + 4 : box.bottom - caret.bottom < half + 4;
}

/** The character in its first or last line that is nearest to `x`. */
export function offsetNear(root: HTMLElement, x: number, side: "first" | "last"): number {
    const length = readField(root).reduce((sum, run) => sum + run.text.length, 0);
    const range = document.createRange();
    const rectAt = (offset: number) => {
        const [node, at] = pointAt(root, offset);
        range.setStart(node, at);
        range.collapse(true);
        return range.getClientRects()[0];
    };
    const edge = rectAt(side === "first" ? 0 : length);
    if (!edge) return side === "first" ? 0 : length;
    let best = side === "first" ? 0 : length;
    let least = Math.abs(edge.left - x);
    const step = side === "first" ? 1 : -1;
    for (let at = best + step; at >= 0 && at <= length; at += step) {
        const rect = rectAt(at);
        if (!rect || Math.abs(rect.top - edge.top) > edge.height / 2) break;
        const far = Math.abs(rect.left - x);
        if (far < least) [best, least] = [at, far];
    }
    return best;
}
