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

/**
 * Asks for a look, one at a time: pressed twice is once. One that is answered when nobody wants it any more, or when its page
 * has gone, is ended. Called while a component begins.
 */
export function asksForLooks(): <Answer extends { look: string }>(
    ask: () => Promise<Answer>,
    isWanted?: () => boolean,
) => Promise<Answer | undefined> {
    let isAsking = false;
    let isGone = false;
    onMount(() => () => (isGone = true));
    return async (ask, isWanted = () => true) => {
        if (isAsking) return undefined;
        isAsking = true;
        try {
            const answer = await ask();
            if (!isGone && isWanted()) return answer;
            void api.endLook(answer.look).catch(() => {});
            return undefined;
        } finally {
            isAsking = false;
        }
    };
}

/** What covers again that which was looked at, the last one last. */
const looks = new Set<() => void>();

function onKey(event: KeyboardEvent): void {
    const last = [...looks].at(-1);
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || !last) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    last();
}

/** While there is a look, Escape covers again what it opened, the last one first. Called while a component begins. */
export function coverAgainOnEscape(look: () => string | undefined, coverAgain: () => void): void {
    $effect(() => {
        if (look() === undefined) return;
        if (looks.size === 0) addEventListener("keydown", onKey);
        looks.add(coverAgain);
        return () => {
            looks.delete(coverAgain);
            if (looks.size === 0) removeEventListener("keydown", onKey);
        };
    });
}
