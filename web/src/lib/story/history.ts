const kMostSteps = 500;
/** Typing without a pause of so long is undone as one. */
const kPauseMs = 1000;

/** What stood before, step by step: of a whole story, as a browser's own undo knows one text alone. */
export class History<State> {
    private past: State[] = [];
    private future: State[] = [];
    private kind = "";
    private at = -Infinity;

    /** `state` is what stood before a change. Changes of one kind and place one after the other are one step. */
    note(state: State, kind: string, now: number): void {
        const isOne = kind !== "" && kind === this.kind && now - this.at < kPauseMs;
        this.kind = kind;
        this.at = now;
        if (isOne) return;
        this.past.push(state);
        if (this.past.length > kMostSteps) this.past.shift();
        this.future = [];
    }

    undo(now: State): State | undefined {
        return this.step(this.past, this.future, now);
    }

    redo(now: State): State | undefined {
        return this.step(this.future, this.past, now);
    }

    private step(from: State[], to: State[], now: State): State | undefined {
        const state = from.pop();
        if (state === undefined) return undefined;
        to.push(now);
        this.kind = "";
        return state;
    }
}
