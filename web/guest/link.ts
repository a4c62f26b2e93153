/** The link: its key is taken out of the address by boot.ts, and lives in the state of this tab. */
interface State {
    key?: unknown;
    from?: unknown;
}

function state(): State {
    const held: unknown = history.state ?? window.keepsakeState;
    return typeof held === "object" && held !== null ? (held as State) : {};
}

/** Whether something on the way turned `#` into `%23`: then the host was told the key. */
export function wasTold(): boolean {
    return /AGE-SECRET-KEY-/iu.test(location.pathname + location.search);
}

/** All that stood behind the `#`, or was put into the file; undefined: nothing. */
export function fragment(): string | undefined {
    const { key } = state();
    if (typeof key === "string") return key;
    return document.querySelector<HTMLMetaElement>('meta[name="keepsake-key"]')?.content;
}

/** The key in what stood there: what mail programs put around a link is passed over. */
export function keyIn(text: string): string | undefined {
    return /AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}(?![0-9A-Z])/iu.exec(text)?.[0].toUpperCase();
}

/** Keeps what this tab knows, for when it is loaded again: the key, and who sent it. */
export function keep(key: string, from?: string): void {
    try {
        history.replaceState({ key, from }, "");
    } catch {
        window.keepsakeState = { key };
    }
}

/** Who sent it, if this tab has known it. */
export function knownSender(): string | undefined {
    const { from } = state();
    return typeof from === "string" ? from : undefined;
}

export function wholeLink(key: string): string {
    return `${location.href.replace(/#.*$/u, "")}#${key}`;
}
