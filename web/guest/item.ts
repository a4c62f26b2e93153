import { el, focusOn, newId, paragraphs } from "./dom.ts";
import { kMost, proportions, type Cover, type Item, type Leaf, type Part } from "./format.ts";
import { whileNear } from "./in-view.ts";
import { isPicture, picture, troubleIn } from "./picture.ts";
import { film, isPlayable, sound } from "./player.ts";
import { inTurn } from "./queue.ts";
import type { Scope } from "./scope.ts";
import type { Share } from "./share.ts";
import { sheets } from "./sheets.ts";
import { wasLetGo } from "./trouble.ts";
import { coverKind, coverLine, kindWord, t, takenWords } from "./words.ts";

/** What the items of a share have in common. */
export interface Setting {
    share: Share;
    sender: string | undefined;
    /** all that is shown; ends when the whole share is covered again */
    scope: Scope;
    /** items whose insides are on the page, with what can be saved of them */
    open: Map<string, { kind: string; leaf: Leaf }>;
    /** what covers again that which was looked at, the last one last */
    looks: Set<() => void>;
}

function find(leaf: Leaf, ...uses: string[]): Part | undefined {
    for (const use of uses) {
        const found = leaf.parts.find((part) => part.use === use);
        if (found) return found;
    }
    return undefined;
}

/** What a screen reader says of it. */
function altOf(kind: string, leaf: Leaf): string {
    if (leaf.caption) return leaf.caption;
    const when = takenWords(leaf.taken);
    return when ? `${kindWord(kind)}, ${when}` : kindWord(kind);
}

function wontOpen(): HTMLElement {
    return el("p", { class: "nothing" }, t.wontOpen);
}

function text(setting: Setting, part: Part, scope: Scope): HTMLElement {
    const box = el("div", { class: "text-of" });
    const begin = (visit: Scope) => {
        const load = async () => {
            const bytes = await inTurn(true, visit, () =>
                setting.share.bytes(part.file, kMost.text, visit.signal),
            );
            if (visit.isOver) return;
            box.replaceChildren(...paragraphs(new TextDecoder().decode(bytes)));
        };
        load().catch((error: unknown) => {
            if (!visit.isOver && !wasLetGo(error))
                troubleIn(box, error, setting.sender, () => begin(visit));
        });
    };
    whileNear(box, scope, (visit) => {
        if (box.childElementCount === 0) begin(visit);
    });
    return box;
}

/** The parts of an item, as they are looked at and listened to. `has`: whether its words stand there already. */
function insides(
    setting: Setting,
    kind: string,
    leaf: Leaf,
    ratio: number,
    scope: Scope,
): { parts: HTMLElement[]; hasCaption: boolean; shape?: number } {
    const { share, sender } = setting;
    const alt = altOf(kind, leaf);
    const small = find(leaf, "small");
    const moving = find(leaf, "film");
    const heard = find(leaf, "sound");
    const pages = leaf.parts.filter((part) => part.use === "page" && isPicture(part));
    const frames = leaf.parts.filter((part) => part.use === "frame" && isPicture(part));
    const words = find(leaf, "text");
    const still = find(leaf, "picture", "poster");
    if (isPlayable(moving)) {
        const shape = proportions(still) ?? proportions(moving) ?? ratio;
        const front = picture(share, sender, scope, { small, large: still, alt, ratio: shape });
        const title = leaf.caption ?? kindWord("film");
        return {
            parts: film(share, sender, moving, title, front, shape, scope),
            hasCaption: leaf.caption !== undefined,
            shape,
        };
    }
    if (isPlayable(heard)) {
        const title = leaf.caption ?? kindWord("sound");
        return {
            parts: [sound(share, sender, heard, title, scope)],
            hasCaption: leaf.caption !== undefined,
        };
    }
    const several = pages.length > 0 ? pages : frames;
    if (several.length > 0) {
        const isLoop = pages.length === 0;
        return {
            parts: sheets(share, sender, several, small, alt, isLoop, scope),
            hasCaption: false,
        };
    }
    if (isPicture(still) || isPicture(small)) {
        const parts = [picture(share, sender, scope, { small, large: still, alt, ratio })];
        // A film of which nothing that plays could be made still has its still.
        if (kind === "film" || kind === "sound") parts.push(wontOpen());
        return { parts, hasCaption: false };
    }
    if (words) return { parts: [text(setting, words, scope)], hasCaption: false };
    return { parts: [wontOpen()], hasCaption: false };
}

/** The family's words for it, and the place, where the sender let it go along. */
function caption(leaf: Leaf, hasWords = false): HTMLElement | undefined {
    const words = [hasWords ? undefined : leaf.caption, leaf.place];
    const said = words.filter(Boolean).join(" · ");
    return said === "" ? undefined : el("span", { dir: "auto" }, said);
}

/** How wide it stands: pictures as wide as the page, papers and what is read as wide as the story. */
function shapeOf(kind: string): "wide" | "bleed" | "" {
    if (kind === "paper") return "bleed";
    return kind === "sound" || kind === "words" || kind === "other" ? "" : "wide";
}

/** An item that is not covered. */
function shown(setting: Setting, item: Item, leaf: Leaf): HTMLElement {
    setting.open.set(item.id, { kind: item.kind, leaf });
    const { parts, hasCaption, shape } = insides(
        setting,
        item.kind,
        leaf,
        item.ratio,
        setting.scope,
    );
    const figure = el("figure", { class: shapeOf(item.kind) }, ...parts);
    figure.style.setProperty("--r", String(shape ?? item.ratio));
    const words = caption(leaf, hasCaption);
    if (words) figure.append(el("figcaption", {}, words));
    return figure;
}

/** Two pictures beside each other, equal in height, their words beneath both. */
export function pair(setting: Setting, items: readonly [Item, Item]): HTMLElement {
    const row = el("div");
    const words: HTMLElement[] = [];
    for (const item of items) {
        const leaf = item.shown!;
        setting.open.set(item.id, { kind: item.kind, leaf });
        const { parts } = insides(setting, item.kind, leaf, item.ratio, setting.scope);
        for (const part of parts) {
            part.style.setProperty("--r", String(item.ratio));
            row.append(part);
        }
        const said = caption(leaf);
        if (said) words.push(said);
    }
    const figure = el("figure", { class: "pair wide" }, row);
    if (words.length > 0)
        figure.append(el("figcaption", {}, ...words.flatMap((one) => [one, " "])));
    return figure;
}

/** Whether two items can stand beside each other: still pictures, neither of them covered. */
export function canPair(one: Item, other: Item): boolean {
    return [one, other].every(
        (item) =>
            item.shown !== undefined &&
            find(item.shown, "film", "sound", "page", "frame") === undefined &&
            (isPicture(find(item.shown, "picture")) || isPicture(find(item.shown, "small"))),
    );
}

/** The words before a look at one item, and the look: in exactly its place, so that nothing moves. */
class CoveredItem {
    readonly element: HTMLElement;
    private readonly setting: Setting;
    private readonly item: Item;
    private readonly cover: Cover;
    private readonly place: HTMLElement;
    private readonly beneath: HTMLElement;
    private look: Scope | undefined;

    constructor(setting: Setting, item: Item, cover: Cover) {
        this.setting = setting;
        this.item = item;
        this.cover = cover;
        this.place = el("div", { class: "place" });
        this.place.style.setProperty("--r", String(item.ratio));
        this.beneath = el("div", { class: "beneath" });
        this.element = el("div", { class: "covered bleed" }, this.place, this.beneath);
        this.element.style.setProperty("--r", String(item.ratio));
        if (shapeOf(item.kind) === "") this.element.classList.add("flat");
        if (item.kind === "film") this.place.classList.add("moving");
        this.showCover();
    }

    private showCover(): HTMLElement {
        const id = newId();
        const line = coverLine(this.cover, this.setting.sender);
        const heading = el("h2", { class: "line", id, dir: "auto", tabindex: -1 }, line);
        const choice = el(
            "div",
            { class: "choice" },
            el("button", { class: "btn", onclick: () => this.fold() }, t.cover.notNow),
            el("button", { class: "btn", onclick: () => void this.open() }, t.cover.look),
        );
        const words = el(
            "div",
            {},
            heading,
            el("p", { class: "kind" }, coverKind(this.cover, this.item.kind)),
            ...tellMore(this.cover.more),
        );
        const cover = el("section", { class: "cov", "aria-labelledby": id }, words, choice);
        this.element.classList.remove("folded");
        this.place.replaceChildren(cover);
        this.beneath.replaceChildren();
        return heading;
    }

    /** Not now: its line stays, and opens its words again. */
    private fold(): void {
        const line = coverLine(this.cover, this.setting.sender);
        const button = el(
            "button",
            { "aria-expanded": "false", onclick: () => focusOn(this.showCover()) },
            el("span", { class: "line", dir: "auto" }, line),
            el("span", { class: "kind" }, coverKind(this.cover, this.item.kind)),
        );
        this.element.classList.add("folded");
        this.place.style.minHeight = "";
        this.place.replaceChildren(el("div", { class: "cov" }, button));
        this.beneath.replaceChildren();
        button.focus({ preventScroll: true });
    }

    private async open(): Promise<void> {
        if (this.look) return;
        const { setting, item } = this;
        const look = setting.scope.within();
        this.look = look;
        // What is looked at takes the place that its words had.
        this.place.style.minHeight = `${this.place.getBoundingClientRect().height}px`;
        const coverAgain = () => this.coverAgain();
        setting.looks.add(coverAgain);
        look.own(() => {
            setting.looks.delete(coverAgain);
            setting.open.delete(item.id);
            this.look = undefined;
            this.showCover();
        });
        const again = el("button", { class: "btn plain low", onclick: coverAgain }, t.cover.again);
        const figure = el("figure", { tabindex: -1, "aria-busy": "true" });
        this.place.replaceChildren(figure);
        this.beneath.replaceChildren(again);
        figure.focus({ preventScroll: true });
        try {
            const leaf = await setting.share.leaf(item.leaf!, look.signal);
            if (look.isOver) return;
            setting.open.set(item.id, { kind: item.kind, leaf });
            const { parts, hasCaption } = insides(setting, item.kind, leaf, item.ratio, look);
            figure.replaceChildren(...parts);
            figure.setAttribute("aria-label", altOf(item.kind, leaf));
            const words = caption(leaf, hasCaption);
            if (words) this.beneath.prepend(el("p", { class: "caption" }, words));
        } catch (error) {
            if (look.isOver || wasLetGo(error)) return;
            troubleIn(figure, error, setting.sender, () => {
                look.end();
                void this.open();
            });
        } finally {
            figure.removeAttribute("aria-busy");
        }
    }

    private coverAgain(): void {
        this.look?.end();
        const heading = this.place.querySelector<HTMLElement>("h2");
        if (heading) focusOn(heading);
    }
}

/** "Tell me more" and its words, if there are any. */
export function tellMore(more: string | undefined): HTMLElement[] {
    if (!more) return [];
    const words = el("div", { class: "told", hidden: true }, ...paragraphs(more));
    const button = el(
        "button",
        {
            class: "more",
            "aria-expanded": "false",
            onclick: () => {
                words.hidden = !words.hidden;
                button.setAttribute("aria-expanded", String(!words.hidden));
                button.textContent = words.hidden ? t.cover.more : t.cover.less;
            },
        },
        t.cover.more,
    );
    return [button, words];
}

export function itemView(setting: Setting, item: Item): HTMLElement {
    if (item.cover) return new CoveredItem(setting, item, item.cover).element;
    return shown(setting, item, item.shown!);
}
