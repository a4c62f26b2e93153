import { isIdentity } from "./age.ts";
import { coverPage, keyPage, passphrasePage, sayPage, waitPage } from "./arrive.ts";
import type { Head, Told } from "./format.ts";
import type { Setting } from "./item.ts";
import { fragment, keep, keyIn, knownSender, wasTold } from "./link.ts";
import { Scope } from "./scope.ts";
import { Share } from "./share.ts";
import { sourceOfPage, type Source } from "./source.ts";
import { storyPage, type StoryPage } from "./story.ts";
import { Trouble, wasLetGo, whyOf, type Why } from "./trouble.ts";
import { speak, t } from "./words.ts";

const kPatienceMs = 250;

/** One visit: from the link to the words, to the look, and back to the words. Nothing of it is kept. */
class Visit {
    private readonly source: Source;
    private share: Share | undefined;
    private key = "";
    private sender: string | undefined = knownSender();
    private head: Head | undefined;
    private told: Told | undefined;
    /** what was opened by the look */
    private look: Scope | undefined;
    private story: StoryPage | undefined;

    constructor(source: Source) {
        this.source = source;
    }

    async begin(): Promise<void> {
        if (wasTold()) return this.say(new Trouble("told"));
        const given = fragment();
        if (given === undefined && this.source.isFile) return this.askForKey();
        const key = keyIn(given ?? "");
        if (key === undefined) return this.say(new Trouble("cut"));
        await this.open(key);
    }

    private askForKey(): void {
        keyPage(async (typed) => {
            const key = keyIn(typed);
            if (key === undefined || !(await isIdentity(key))) return t.key.cut;
            await this.open(key);
            return undefined;
        });
    }

    private async open(key: string): Promise<void> {
        this.key = key;
        this.share = new Share(this.source, key);
        // The head is mostly here by now: words that come and go at once would only cost time.
        const waiting = setTimeout(
            () => waitPage(this.sender, this.sender !== undefined),
            kPatienceMs,
        );
        try {
            this.head = await this.share
                .head(new Scope().signal)
                .finally(() => clearTimeout(waiting));
        } catch (error) {
            this.sender = (error as { from?: string }).from ?? this.sender;
            return this.say(error, () => void this.open(key));
        }
        this.sender = this.head.from;
        keep(key, this.head.from);
        if (this.head.told) return this.arrive(this.head.told);
        passphrasePage(this.head, this.source.isFile, (typed) => this.unlock(typed));
    }

    private async unlock(typed: string): Promise<string | undefined> {
        const head = this.head!;
        try {
            const told = await this.share!.unlock(head.locked!, typed, new Scope().signal);
            this.arrive(told);
            return undefined;
        } catch (error) {
            const why = whyOf(error);
            if (why === "wrong")
                return head.hint === undefined ? t.lock.wrong : t.lock.wrongHint(head.hint);
            if (why === "offline") return t.trouble.offline;
            this.say(error);
            return undefined;
        }
    }

    /** The words, if there are any to be read before; else what is inside. */
    private arrive(told: Told): void {
        this.told = told;
        speak(told.language);
        if (!told.cover) return void this.openInside();
        coverPage(this.head!, told, this.source.isFile, () => void this.openInside());
    }

    private async openInside(): Promise<void> {
        const told = this.told!;
        const look = new Scope();
        this.look?.end();
        this.look = look;
        waitPage(this.sender, true);
        try {
            const inside = await this.share!.inside(told.inside, look.signal);
            if (look.isOver) return;
            const setting: Setting = {
                share: this.share!,
                sender: this.sender,
                scope: look,
                open: new Map(),
                looks: new Set(),
            };
            const coverAgain = told.cover ? () => this.coverAgain() : undefined;
            this.story = storyPage(setting, inside, told, this.key, coverAgain);
        } catch (error) {
            if (look.isOver || wasLetGo(error)) return;
            this.say(error, () => void this.openInside());
        }
    }

    /** Back to the words; all that the look brought is let go of. */
    private coverAgain(): void {
        this.look?.end();
        this.look = undefined;
        this.story = undefined;
        window.scrollTo(0, 0);
        this.arrive(this.told!);
    }

    escape(): void {
        if (this.story?.escape() || !this.look || !this.told?.cover) return;
        this.coverAgain();
    }

    private say(error: unknown, again?: () => void): void {
        const why: Why = whyOf(error);
        const words: Record<Why, string> = {
            cut: t.trouble.cut(this.sender),
            told: t.trouble.told,
            closed: t.trouble.closed(this.sender),
            changed: t.trouble.changed(this.sender),
            newer: t.trouble.newer(this.sender),
            offline: t.trouble.offline,
            wrong: t.lock.wrong,
            browser: t.trouble.browser,
        };
        sayPage(words[why], why === "offline" && again ? [t.trouble.again, again] : undefined);
    }
}

export function start(): void {
    speak();
    // Heard of as long as the page is; a link that is put into this tab later begins anew.
    window.addEventListener("hashchange", () => {
        if (location.hash.length > 1) location.reload();
    });
    // Back to a page that the browser had kept: it begins covered.
    window.addEventListener("pageshow", (event) => {
        if (event.persisted) location.reload();
    });
    for (const name of ["keydown", "pointerdown"])
        document.addEventListener(
            name,
            () => document.documentElement.toggleAttribute("data-keys", name === "keydown"),
            { capture: true },
        );
    const visit = new Visit(sourceOfPage());
    document.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && !event.defaultPrevented) visit.escape();
    });
    void visit.begin();
}
