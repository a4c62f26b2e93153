import type { Id } from "../../api/types.ts";

export interface Parked {
    moment: Id;
    person: Id | null;
    text: string;
    follows: string[];
    mark: string;
}

/** Words that could not be saved before the archive was locked, or its disk went away. They wait in memory, for who wrote them and for nobody else. */
let parked: Parked | undefined;

export function park(words: Parked): void {
    parked = words;
}

export function hasParked(): boolean {
    return parked !== undefined;
}

export function takeParked(moment: Id, person: Id | null): Parked | undefined {
    if (parked?.moment !== moment || parked.person !== person) return undefined;
    const words = parked;
    parked = undefined;
    return words;
}
