import { addresses, api, Refusal, whenRefused } from "../api/client.ts";
import type { Showing } from "../api/shares.ts";
import type { Check, Person, Session, Settings, State } from "../api/types.ts";
import { hasParked } from "./story/parked.ts";
import { tongue } from "./words.svelte.ts";

export type Change = "timeline" | "moments" | "people" | "just-kept" | "settings" | "shares";

/** At most so often the server is told that somebody is here: well within the shortest rest. */
const kHereEveryMs = 20_000;

export interface KeepProgress {
    keep: string;
    arrived: number;
    waiting: number;
    kept: number;
    already: number;
    failed: number;
    bytes: number;
}

/** What every page shares: whether it is open, who is here, their settings, and news from the server. */
class App {
    state = $state<State["state"] | "starting" | "stopped">("starting");
    folder = $state("");
    /** an archive of others may be looked for on this computer */
    mayChoose = $state(false);
    /** its words come from a kit */
    hasKit = $state(false);
    session = $state.raw<Session>();
    settings = $state.raw<Settings>();
    people = $state.raw<Person[]>([]);
    check = $state.raw<Check>();
    /** counts changes of each kind, for pages to follow */
    changed = $state<Record<Change, number>>({
        timeline: 0,
        moments: 0,
        people: 0,
        "just-kept": 0,
        settings: 0,
        shares: 0,
    });
    /** what is being made to be shown, as the server last told; its link stands in no event */
    showing = $state.raw<Showing>();
    /** one line at the foot of the page, read out: what was just done */
    said = $state.raw<{
        words: string;
        undo?: (() => void) | undefined;
        of?: object | undefined;
    }>();
    /** Puts by what is written and not saved; false: nothing is. */
    parkWords: (() => boolean) | undefined;
    private events: EventSource | undefined;
    private keepListeners = new Set<(progress: KeepProgress) => void>();
    private hereAt = 0;
    private isWatched = false;

    get name(): string {
        return this.session?.archive || tongue.t.product;
    }

    get me(): Person | null {
        return this.session?.person ?? null;
    }

    async start(): Promise<void> {
        whenRefused((refusal) => this.refused(refusal));
        try {
            const state = await api.state();
            this.folder = state.folder ?? "";
            this.mayChoose = state.may_choose;
            if (state.state === "open") await this.entered();
            else {
                await tongue.speak(null);
                this.state = state.state;
            }
        } catch (error) {
            await tongue.speak(null);
            if (this.state === "starting") this.state = "stopped";
            if (!(error instanceof Refusal)) throw error;
        }
    }

    /** The archive is open for this browser. */
    async entered(known?: Session): Promise<void> {
        const [session, settings, people] = await Promise.all([
            known ?? api.session(),
            api.settings(),
            api.people(),
        ]);
        this.session = session;
        this.people = people;
        await this.takeSettings(settings);
        this.state = "open";
        this.hereAt = performance.now();
        this.listen();
        this.watch();
    }

    /** Somebody reads, scrolls, types, listens or watches: the house does not lock itself meanwhile. */
    here(): void {
        const now = performance.now();
        if (this.state !== "open" || now - this.hereAt < kHereEveryMs) return;
        this.hereAt = now;
        void api.session().catch(() => {});
    }

    private watch(): void {
        if (this.isWatched) return;
        this.isWatched = true;
        for (const sign of ["pointerdown", "keydown", "wheel", "touchmove", "timeupdate"])
            document.addEventListener(sign, () => this.here(), { capture: true, passive: true });
    }

    async takeSettings(settings: Settings): Promise<void> {
        this.settings = settings;
        if (settings.theme) document.documentElement.dataset.light = settings.theme;
        else delete document.documentElement.dataset.light;
        await tongue.speak(settings.language || null);
    }

    async iAm(person: Person): Promise<void> {
        this.session = await api.iAm(person.id);
        this.say(tongue.t.who.here(person.name));
        await this.takeSettings(await api.settings());
        for (const what of Object.keys(this.changed) as Change[]) this.changed[what] += 1;
    }

    async lock(): Promise<void> {
        await api.lock().catch(() => {});
        this.locked();
    }

    /** Nothing of what was shown stays in this page's memory: it is loaded anew. */
    private locked(): void {
        this.events?.close();
        location.reload();
    }

    private lockedElsewhere(): void {
        if (!this.parkWords?.()) return this.locked();
        // What somebody is writing and nobody has yet is not thrown away with the page.
        this.events?.close();
        this.state = "locked";
    }

    private refused(refusal: Refusal): void {
        if (refusal.code === "locked" && this.state === "open") this.lockedElsewhere();
        else if (refusal.code === "gone") this.gone();
    }

    private gone(): void {
        this.parkWords?.();
        this.state = "gone";
    }

    /** The disk may be back. */
    tryAgain(): void {
        if (hasParked()) void this.start();
        else location.reload();
    }

    /** `of`: what `undo` acts on, where that goes with its page. */
    say(words: string, undo?: () => void, of?: object): void {
        this.said = { words, undo, of };
    }

    /** What was said of it can no longer be undone. */
    unsay(of: object): void {
        if (this.said?.of === of) this.said = undefined;
    }

    /** What a person reads when something did not work. */
    trouble(error: unknown): string {
        const t = tongue.t.trouble;
        if (!(error instanceof Refusal)) return t.unknown;
        if (error.code === "offline") return t.offline;
        if (error.code === "stopped") return t.stopped;
        if (error.code === "gone") return t.gone;
        if (error.code === "not_found") return t.notThere;
        return tongue.language === "en" && error.message ? error.message : t.unknown;
    }

    /** Does what a person asked for, and says so where it did not work. */
    async attempt(work: () => Promise<void>): Promise<boolean> {
        try {
            await work();
            return true;
        } catch (error) {
            this.say(this.trouble(error));
            return false;
        }
    }

    onKeep(listener: (progress: KeepProgress) => void): () => void {
        this.keepListeners.add(listener);
        return () => this.keepListeners.delete(listener);
    }

    private listen(): void {
        this.events?.close();
        const events = new EventSource(addresses.events());
        this.events = events;
        const hear = <T>(name: string, act: (data: T) => void): void =>
            events.addEventListener(name, (event) =>
                act(JSON.parse((event as MessageEvent<string>).data) as T),
            );
        hear<KeepProgress>("keep", (progress) =>
            this.keepListeners.forEach((tell) => tell(progress)),
        );
        hear<Check>("check", (check) => (this.check = check));
        hear<Showing>("showing", (showing) => (this.showing = showing));
        hear<{ state: "gone" | "open" }>("archive", ({ state }) => {
            if (state === "gone") this.gone();
            else if (this.state === "gone") this.tryAgain();
        });
        hear("locked", () => this.lockedElsewhere());
        for (const what of Object.keys(this.changed) as Change[])
            hear(what, () => (this.changed[what] += 1));
        events.addEventListener(
            "people",
            () => void api.people().then((people) => (this.people = people)),
        );
    }
}

export const app = new App();
