import type { Scope } from "./scope.ts";

/** A few things at a time, the urgent ones first: small pictures come before large ones. */
const kAtOnce = 3;

interface Waiting {
    isUrgent: boolean;
    begin: () => void;
}

const waiting: Waiting[] = [];
let running = 0;

function next(): void {
    while (running < kAtOnce && waiting.length > 0) {
        const urgent = waiting.findIndex((one) => one.isUrgent);
        const [one] = waiting.splice(Math.max(0, urgent), 1);
        running += 1;
        one!.begin();
    }
}

/** Errors: those of `work`; an AbortError if the scope ended before its turn. */
export async function inTurn<T>(
    isUrgent: boolean,
    scope: Scope,
    work: () => Promise<T>,
): Promise<T> {
    await new Promise<void>((begin) => {
        waiting.push({ isUrgent, begin });
        next();
    });
    try {
        if (scope.isOver) throw new DOMException("", "AbortError");
        return await work();
    } finally {
        running -= 1;
        next();
    }
}
