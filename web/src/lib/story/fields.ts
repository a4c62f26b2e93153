import type { Place, Text } from "./editing.ts";
import { caretRect, chooseIn, chosenIn, isAtEdge, offsetNear, readField } from "./field.ts";
import { textOf } from "./blocks.ts";

/** The texts of a story on the page, and the way from one to the next. What is no text, such as a picture, is one of them with the line -1. */
export class Fields {
    private readonly root: HTMLElement;

    constructor(root: HTMLElement) {
        this.root = root;
    }

    private get all(): HTMLElement[] {
        return [...this.root.querySelectorAll<HTMLElement>("[data-line]")];
    }

    /** The one that a place of the page is in. */
    at(node: Node | null): HTMLElement | undefined {
        const element = node instanceof HTMLElement ? node : node?.parentElement;
        const field = element?.closest<HTMLElement>("[data-line]");
        return field && this.root.contains(field) ? field : undefined;
    }

    placeOf(field: HTMLElement): Place {
        const key = Number(field.dataset.key);
        const line = Number(field.dataset.line);
        const { from, to } = (line >= 0 && chosenIn(field)) || { from: 0, to: 0 };
        return { key, line, from, to };
    }

    lengthOf(field: HTMLElement): number {
        return textOf(readField(field)).length;
    }

    /** Puts the caret there. */
    choose({ place }: Text): void {
        const field = this.root.querySelector<HTMLElement>(
            `[data-key="${place.key}"][data-line="${place.line}"]`,
        );
        if (!field) return;
        if (place.line < 0) field.focus({ preventScroll: true });
        else chooseIn(field, place);
        field.scrollIntoView({ block: "nearest" });
    }

    /** Whether an arrow key leads out of this text. */
    leads(field: HTMLElement, key: string): -1 | 1 | 0 {
        const isBack = key === "ArrowUp" || key === "ArrowLeft";
        const { line, from, to } = this.placeOf(field);
        if (line < 0) return isBack ? -1 : 1;
        if (from !== to) return 0;
        if (key === "ArrowUp") return isAtEdge(field, "first") ? -1 : 0;
        if (key === "ArrowDown") return isAtEdge(field, "last") ? 1 : 0;
        if (key === "ArrowLeft") return from === 0 ? -1 : 0;
        return from === this.lengthOf(field) ? 1 : 0;
    }

    /** To the text before or behind, at the same distance from the side for Up and Down. */
    go(from: HTMLElement, by: -1 | 1, isUpright: boolean): void {
        const { all } = this;
        const next = all[all.indexOf(from) + by];
        if (!next) return;
        const x = caretRect(from).left;
        next.scrollIntoView({ block: "nearest" });
        if (Number(next.dataset.line) < 0) {
            next.focus({ preventScroll: true });
            return;
        }
        const side = by > 0 ? "first" : "last";
        const edge = by > 0 ? 0 : this.lengthOf(next);
        const offset =
            isUpright && Number(from.dataset.line) >= 0 ? offsetNear(next, x, side) : edge;
        chooseIn(next, { from: offset, to: offset });
    }
}
