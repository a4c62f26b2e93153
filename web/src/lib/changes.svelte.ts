import { untrack } from "svelte";

import { app, type Change } from "./app.svelte.ts";

/**
 * Does this at first, and again when one of these changed. Nothing that `act` reads makes it go again: what it writes would.
 * Called while a component begins.
 */
export function followChanges(what: readonly Change[], act: () => void): void {
    $effect(() => {
        for (const one of what) void app.changed[one];
        untrack(act);
    });
}
