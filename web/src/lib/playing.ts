import type { Item } from "../api/types.ts";

/** Which of an item's files a browser plays; -1: none. */
export function playableFile(item: Item): number {
    return item.files.findIndex(
        (file) => file.plays && (file.kind === "film" || file.kind === "sound"),
    );
}
