import type { Id } from "../../api/types.ts";

export interface Parked {
    moment: Id;
    person: Id | null;
    text: string;
    follows: string[];
    mark: string;
    /** marks of drafts that were sent and not answered: the server may have one of them */
    unanswered: string[];
}

/** Words that are not with the server, or of which that is not known yet: their page was left, the archive was locked, or its disk
 * went away. They wait in memory, for who wrote them and for nobody else. */
const parked = new Map<string, Parked>();

const placeOf = (moment: Id, person: Id | null) => `${moment} ${person ?? ""}`;

export function park(words: Parked): void {
    parked.set(placeOf(words.moment, words.person), words);
}

export function hasParked(): boolean {
    return parked.size > 0;
}

export function parkedOf(moment: Id, person: Id | null): Parked | undefined {
    return parked.get(placeOf(moment, person));
}

/** These words need not wait any more; others of the same place do. */
export function unpark(words: Parked): void {
    const place = placeOf(words.moment, words.person);
    if (parked.get(place) === words) parked.delete(place);
}
