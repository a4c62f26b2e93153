/** Why something cannot be shown; each has its words (strings/). */
export type Why =
    | "cut" // the key is missing, or not all of it is there
    | "told" // `#` became %23: the host was told the key
    | "closed" // ended, or its last day is past
    | "changed" // a file is not what was sent
    | "newer" // of a later version of the format
    | "offline" // it could not be fetched
    | "wrong" // not the passphrase
    | "browser"; // the browser lacks something

export class Trouble extends Error {
    readonly why: Why;

    constructor(why: Why) {
        super(why);
        this.why = why;
    }
}

/** The host does not give parts of files. */
export class NoRanges extends Error {}

export function whyOf(error: unknown): Why {
    return error instanceof Trouble ? error.why : "browser";
}

export function wasLetGo(error: unknown): boolean {
    return error instanceof DOMException && error.name === "AbortError";
}
