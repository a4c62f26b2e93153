/** What is to be let go of together: object URLs, requests, players, parts of the page.
 *
 * Ending a scope ends those within it first. Covering again is the end of a scope, so nothing that a look opened can stay behind.
 */
export class Scope {
    private readonly abort = new AbortController();
    private readonly owned = new Set<() => void>();

    get signal(): AbortSignal {
        return this.abort.signal;
    }

    get isOver(): boolean {
        return this.abort.signal.aborted;
    }

    own(letGo: () => void): void {
        if (this.isOver) letGo();
        else this.owned.add(letGo);
    }

    within(): Scope {
        const inner = new Scope();
        const end = () => inner.end();
        this.own(end);
        inner.own(() => void this.owned.delete(end));
        return inner;
    }

    /** An address for bytes, for as long as this lasts. */
    url(blob: Blob): string {
        const address = URL.createObjectURL(blob);
        this.own(() => URL.revokeObjectURL(address));
        return address;
    }

    end(): void {
        if (this.isOver) return;
        this.abort.abort();
        const all = [...this.owned].reverse();
        this.owned.clear();
        for (const letGo of all) letGo();
    }
}
