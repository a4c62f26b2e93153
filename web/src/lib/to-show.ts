import type { Id } from "../api/types.ts";
import { addressOf, router } from "./router.svelte.ts";

/** So many fit into an address, so that loading the page again keeps them. */
const kMostInAddress = 100;
let picked: readonly Id[] = [];

/** Goes to where these are shown to someone. */
export function showItems(items: readonly Id[]): void {
    picked = items;
    router.go(
        addressOf(
            "show",
            "",
            items.length <= kMostInAddress ? { items: items.join(",") } : { many: "1" },
        ),
    );
}

/** What was picked to be shown; none after a page with very many was loaded anew. */
export function itemsToShow(query: URLSearchParams): readonly Id[] {
    const listed = query.get("items");
    if (listed) return listed.split(",").filter((one) => /^[0-9a-f]{16}$/u.test(one));
    return query.has("many") ? picked : [];
}
