import { SvelteSet } from "svelte/reactivity";

import type { Id } from "../api/types.ts";

/** Several items at once: pressing picks one, Shift all up to there. */
export class Picking {
    isOn = $state(false);
    readonly ids = new SvelteSet<Id>();
    private anchor: number | undefined;

    get count(): number {
        return this.ids.size;
    }

    has(id: Id | undefined): boolean {
        return id !== undefined && this.isOn && this.ids.has(id);
    }

    toggle(index: number, id: Id | undefined): void {
        if (id === undefined) return;
        if (!this.ids.delete(id)) this.ids.add(id);
        this.anchor = index;
    }

    /** Picks all from the last one to this one; those that are not here are fetched. */
    async extendTo(
        index: number,
        arrive: (index: number) => Promise<{ id: Id } | undefined>,
    ): Promise<void> {
        const from = this.anchor ?? index;
        this.anchor ??= index;
        for (let one = Math.min(from, index); one <= Math.max(from, index) && this.isOn; one += 1) {
            const item = await arrive(one);
            if (item) this.ids.add(item.id);
        }
    }

    begin(): void {
        this.isOn = true;
    }

    end(): void {
        this.isOn = false;
        this.ids.clear();
        this.anchor = undefined;
    }
}
