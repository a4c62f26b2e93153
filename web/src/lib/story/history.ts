import type { Text } from "./editing.ts";

const kMostSteps = 500;
/** Typing without a pause of so long is undone as one. */
const kPauseMs = 1000;

/** What was written before, step by step: of a whole story, as a browser's own undo knows one text alone. */
export class History {
    private past: Text[] = [];
    private future: Text[] = [];
    private kind = "";
    private at = -Infinity;

    /** `text` is what stood before a change. Changes of one kind and place one after the other are one step. */
    note(text: Text, kind: string, now: number): void {
        const isOne = kind !== "" && kind === this.kind && now - this.at < kPauseMs;
        this.kind = kind;
        this.at = now;
        if (isOne) return;
        this.past.push(text);
        if (this.past.length > kMostSteps) this.past.shift();
        this.future = [];
    }

    undo(now: Text): Text | undefined {
        return this.step(this.past, this.future, now);
    }

    redo(now: Text): Text | undefined {
        return this.step(this.future, this.past, now);
    }

    private step(from: Text[], to: Text[], now: Text): Text | undefined {
        const text = from.pop();
        if (!text) return undefined;
        to.push(now);
        this.kind = "";
        return text;
    }
}
