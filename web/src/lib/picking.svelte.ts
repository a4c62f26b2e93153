import { SvelteSet } from "svelte/reactivity";

import type { Id } from "../api/types.ts";

type Arrive = (index: number) => Promise<{ id: Id } | undefined>;

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

    /** One that is not here yet is waited for. */
    async toggle(index: number, id: Id | undefined, arrive: Arrive): Promise<void> {
        this.anchor = index;
        const one = id ?? (await arrive(index))?.id;
        if (one === undefined || !this.isOn) return;
        if (!this.ids.delete(one)) this.ids.add(one);
    }

    /** Picks all from the last one to this one; those that are not here are fetched. */
    async extendTo(index: number, arrive: Arrive): Promise<void> {
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
