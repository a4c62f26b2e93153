import { api, Refusal } from "../../api/client.ts";
import type { Draft, Id, Shown, StoryVersion } from "../../api/types.ts";
import { itemsOf, type Block } from "./blocks.ts";
import { begun, settled, keyed, united, type Edited, type Text } from "./editing.ts";
import { History } from "./history.ts";
import { markOf } from "./mark.ts";
import { parseStory } from "./parse.ts";
import { park, parkedOf, unpark, type Parked } from "./parked.ts";
import { storyText } from "./write.ts";

const kSaveAfterMs = 1000;
/** Also while somebody types on and on. */
const kSaveWithinMs = 5000;
const kTryAgainMs = 4000;
/** With the last that was answered as many marks as the server takes. */
const kMostUnanswered = 255;

/** What becomes of a draft: nothing to save; on its way; with the server; not yet, and why. */
export type Saving = "none" | "waiting" | "saved" | "failed" | "somebody-else" | "elsewhere";

const nameOf = (block: Block) => storyText([block]);

/** Those that have a name of their own keep it. */
const keyedAgain = (blocks: readonly Block[]): Edited[] =>
    blocks.map((block) => ("key" in block ? (block as Edited) : keyed(block)));

/** What a step changes: the words, and the versions whose place they are meant to take. */
export interface Step {
    text: Text;
    follows: string[];
}

/** A story that somebody writes: its blocks, the versions that it follows, and the draft that keeps it meanwhile. */
export class Writing {
    text = $state.raw<Text>(begun([]));
    standing = $state.raw<StoryVersion[]>([]);
    versions = $state(0);
    follows = $state.raw<string[]>([]);
    saving = $state<Saving>("none");
    /** what another window of the same person wrote */
    elsewhere = $state.raw<Draft>();
    /** all that is known of the items that it may show */
    items = $state.raw<ReadonlyMap<Id, Shown>>(new Map());
    isLoaded = $state(false);
    /** that it began with all that stands side by side */
    isJoining = $state(false);
    look: string | undefined;
    private readonly history = new History<Step>();
    readonly moment: Id;
    private readonly person: Id | null;
    private mark = "";
    private saved = "";
    private savedFollows = "";
    private timer: ReturnType<typeof setTimeout> | undefined;
    private changedAt = 0;
    private sending: Promise<unknown> | undefined;
    /** marks of drafts that were sent and not answered: the server may have one of them */
    private readonly unanswered = new Set<string>();
    /** the newest of them */
    private newest = "";
    /** that one of them which outlives this page */
    private outliving = "";
    private loading: Promise<void> | undefined;
    private isOver = false;

    constructor(moment: Id, person: Id | null) {
        this.moment = moment;
        this.person = person;
    }

    /** Versions that stand and are not what is written on from. */
    get others(): StoryVersion[] {
        return this.standing.filter((one) => !this.follows.includes(one.version));
    }

    get markdown(): string {
        return storyText(this.text.blocks);
    }

    /** Once: what is written meanwhile is not written over by an answer that comes late. */
    load(): Promise<void> {
        this.loading ??= this.fetch().catch((error: unknown) => {
            this.loading = undefined;
            throw error;
        });
        return this.loading;
    }

    private async fetch(): Promise<void> {
        const { look } = this;
        const parked = parkedOf(this.moment, this.person);
        const [story, { draft, items }] = await Promise.all([
            api.story(this.moment, { look }),
            api.draft(this.moment, { look }),
        ]);
        this.know([...story.items, ...items]);
        this.standing = story.standing;
        this.versions = story.versions;
        if (draft) this.take(draft);
        else this.begin(story.standing);
        this.isLoaded = true;
        if (parked) this.takeParked(parked, draft?.mark);
    }

    private takeParked(parked: Parked, stands: string | undefined): void {
        unpark(parked);
        this.text = begun(parseStory(parked.text));
        this.follows = parked.follows;
        for (const one of parked.unanswered) this.unanswered.add(one);
        if (stands === undefined || !this.unanswered.has(stands)) this.mark = parked.mark;
        this.later();
    }

    /** The archive was locked. What was not saved waits until it is opened again; false: there is nothing. */
    park(): boolean {
        if (this.isOver || !this.isLoaded || !this.isDirty) return false;
        this.isOver = true;
        clearTimeout(this.timer);
        this.putWhereItWaits();
        return true;
    }

    private putWhereItWaits(): Parked {
        const { moment, person, markdown: text, follows, mark } = this;
        const words = { moment, person, text, follows, mark, unanswered: [...this.unanswered] };
        // It is what is sent next, if it can be.
        words.unanswered.push(markOf(text, follows));
        park(words);
        return words;
    }

    private begin(standing: readonly StoryVersion[]): void {
        const texts = standing.map((one) => parseStory(one.text ?? ""));
        const all = texts.reduce((one, other) => united(one, other, nameOf), []);
        this.text = begun(all);
        this.follows = standing.map((one) => one.version);
        this.isJoining = standing.length > 1;
        this.saved = this.markdown;
        this.savedFollows = this.follows.join();
    }

    private take(draft: Draft): void {
        this.text = begun(parseStory(draft.text));
        this.follows = draft.follows;
        this.isJoining = draft.follows.filter((one) => this.standsNow(one)).length > 1;
        this.mark = draft.mark;
        this.saved = this.markdown;
        this.savedFollows = this.follows.join();
        this.saving = "saved";
    }

    private standsNow(version: string): boolean {
        return this.standing.some((one) => one.version === version);
    }

    know(items: readonly Shown[]): void {
        this.items = new Map([...this.items, ...items.map((item) => [item.id, item] as const)]);
    }

    /** Something changed at the server: who else wrote, what is covered. What is written here stays. */
    async refresh(): Promise<void> {
        const story = await api.story(this.moment, { look: this.look });
        this.standing = story.standing;
        this.versions = story.versions;
        this.know(story.items);
        const shown = itemsOf(this.text.blocks);
        if (shown.length > 0 && shown.length <= 200)
            this.know((await api.itemsById(shown, { look: this.look })).items);
    }

    /** `kind`: changes of one kind one after the other are undone together. */
    change(text: Text, kind = ""): void {
        this.step({ text, follows: this.follows }, kind);
    }

    get now(): Step {
        return { text: this.text, follows: this.follows };
    }

    private step(next: Step, kind = ""): void {
        const isWritten = next.text.blocks !== this.text.blocks || next.follows !== this.follows;
        if (isWritten) this.history.note(this.now, kind, performance.now());
        this.set(next);
    }

    undo(): boolean {
        return this.set(this.history.undo(this.now));
    }

    redo(): boolean {
        return this.set(this.history.redo(this.now));
    }

    private set(next: Step | undefined): boolean {
        if (!next) return false;
        const isWritten = next.text.blocks !== this.text.blocks || next.follows !== this.follows;
        this.text = next.text;
        this.follows = next.follows;
        if (isWritten) this.later();
        return true;
    }

    /** A draft that was put away comes back; of what was written since, nothing goes. `first`: what stood here at first in its
     * place. */
    bringBack(draft: Step, first: Text): void {
        const was = new Map(first.blocks.map((block) => [block.key, nameOf(block)]));
        const drafted = new Set(draft.text.blocks.map(nameOf));
        // What the draft has, too, tells where the rest belongs; what it had taken out stays out.
        const since = this.text.blocks.filter((block) => {
            const name = nameOf(block);
            return name !== "" && (name !== was.get(block.key) || drafted.has(name));
        });
        const blocks = settled(keyedAgain(united(draft.text.blocks, since, nameOf)));
        this.step({ text: { blocks, place: draft.text.place }, follows: draft.follows });
    }

    /** All that another text says goes in; of a version: so that this takes its place, too. */
    takeIn(markdown: string, version?: string): void {
        const blocks = settled(keyedAgain(united(this.text.blocks, parseStory(markdown), nameOf)));
        const follows = version === undefined ? this.follows : [...this.follows, version];
        this.step({ text: { ...this.text, blocks }, follows });
    }

    /** What is written here is meant to take its place, without its words. */
    leaveOut(version: string): void {
        this.step({ ...this.now, follows: [...this.follows, version] });
    }

    /** Both windows' drafts are one from now on: this one. */
    goOnHere(): void {
        this.mark = this.elsewhere?.mark ?? "";
        this.elsewhere = undefined;
        this.saving = "waiting";
        this.saved = "";
        this.later();
    }

    private get isDirty(): boolean {
        return this.markdown !== this.saved || this.follows.join() !== this.savedFollows;
    }

    private later(): void {
        if (this.isOver || this.saving === "elsewhere") return;
        if (this.saving !== "failed" && this.saving !== "somebody-else") this.saving = "waiting";
        const now = performance.now();
        if (this.timer === undefined) this.changedAt = now;
        clearTimeout(this.timer);
        const wait = Math.min(kSaveAfterMs, Math.max(0, this.changedAt + kSaveWithinMs - now));
        this.timer = setTimeout(() => void this.save(), wait);
    }

    private again(): void {
        if (this.isOver) return;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.save(), kTryAgainMs);
    }

    /** Saves the draft, if it is another one than the server has. `isLast`: the page is being closed. */
    async save(isLast = false): Promise<void> {
        clearTimeout(this.timer);
        this.timer = undefined;
        if (!this.isLoaded || this.saving === "elsewhere") return;
        if (!this.isDirty) {
            if (this.saving !== "none") this.saving = this.mark ? "saved" : "none";
            return;
        }
        // One at a time: each goes on with the mark of the one before. A page that is being closed cannot wait for that.
        if (this.sending && !isLast) return this.again();
        if (isLast && this.outliving === markOf(this.markdown, this.follows)) return;
        const sending = Promise.all([this.sending, this.send(isLast)]).finally(() => {
            if (this.sending === sending) this.sending = undefined;
        });
        this.sending = sending;
        await sending;
    }

    private async send(isLast: boolean): Promise<void> {
        const text = this.markdown;
        const { follows, person } = this;
        // What was sent and not answered may have arrived, or arrive before this or after it.
        const unanswered = [...this.unanswered].slice(-kMostUnanswered);
        const marks = this.mark === "" ? unanswered : [this.mark, ...unanswered];
        const becomes = markOf(text, follows);
        this.unanswered.delete(becomes);
        this.unanswered.add(becomes);
        this.newest = becomes;
        if (isLast) this.outliving = becomes;
        try {
            const draft = { text, follows, person, marks };
            const answer = await api.saveDraft(this.moment, draft, isLast);
            if (this.newest !== becomes) return;
            this.mark = answer.mark;
            this.unanswered.clear();
            this.saved = text;
            this.savedFollows = follows.join();
            this.saving = "saved";
            if (this.isDirty) this.later();
        } catch (error) {
            // Of an older one it does not matter any more.
            if (this.newest === becomes) await this.notSaved(error);
        } finally {
            if (this.outliving === becomes) this.outliving = "";
        }
    }

    private async notSaved(error: unknown): Promise<void> {
        const code = error instanceof Refusal ? error.code : "";
        if (code === "conflict") {
            try {
                const { draft } = await api.draft(this.moment, { look: this.look });
                this.elsewhere = draft ?? undefined;
                if (draft) this.saving = "elsewhere";
                else this.goOnHere();
                return;
            } catch {
                // Asked again with the next try.
            }
        }
        this.saving = code === "somebody_else" ? "somebody-else" : "failed";
        this.again();
    }

    /** Makes a version of what is written. */
    async finish(): Promise<void> {
        clearTimeout(this.timer);
        this.timer = undefined;
        await this.sending;
        const text = this.markdown;
        const [one] = this.standing;
        const isSame = this.standing.length <= 1 && text === storyText(parseStory(one?.text ?? ""));
        if (isSame && (one === undefined || this.follows.includes(one.version))) {
            await this.putAside();
            return;
        }
        const { follows, person, mark } = this;
        const change = { text, follows, person, ...(mark ? { ends_draft: mark } : {}) };
        try {
            await api.writeStory(this.moment, change, { look: this.look });
        } catch (error) {
            // It is a draft as before.
            if (this.isDirty) this.later();
            throw error;
        }
        this.isOver = true;
    }

    /** The draft goes; what stands is left as it is. */
    async putAside(): Promise<void> {
        clearTimeout(this.timer);
        this.timer = undefined;
        await this.sending;
        if (this.mark) await api.endDraft(this.moment, this.mark);
        this.isOver = true;
    }

    /** The page is left: what was not saved is, now; where that cannot be, it waits for this story to be written on. */
    async leave(): Promise<void> {
        if (this.isOver || !this.isLoaded) return;
        this.isOver = true;
        clearTimeout(this.timer);
        if (!this.isDirty) return;
        // Whoever comes back before it is answered finds these words, too.
        const words = this.putWhereItWaits();
        await this.sending;
        await this.save();
        if (!this.isDirty) unpark(words);
    }
}
