import { onMount } from "svelte";

import { api } from "../api/client.ts";

/** A look that a component opened ends when the page is closed. Called while the component begins. */
export function endLookOnClosing(look: () => string | undefined): void {
    onMount(() => {
        const leave = () => {
            const word = look();
            if (word) api.endLookOnLeaving(word);
        };
        addEventListener("pagehide", leave);
        return () => removeEventListener("pagehide", leave);
    });
}
