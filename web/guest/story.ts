import { el, focusOn, show } from "./dom.ts";
import type { Block, Inside, Item, Run, Told } from "./format.ts";
import { canPair, itemView, pair, type Setting } from "./item.ts";
import { savePanel } from "./save.ts";
import { t, takenWords } from "./words.ts";

function runs(all: readonly Run[]): Node[] {
    return all.flatMap((run) => {
        const lines = run.text
            .split("\n")
            .flatMap((line, at) => (at === 0 ? [line] : [el("br"), line]));
        let node: HTMLElement | DocumentFragment = document.createDocumentFragment();
        if (run.strong) node = el("strong");
        if (run.em) {
            const em = el("em");
            if (run.strong) em.append(node);
            (run.strong ? (node as HTMLElement) : em).append(...lines);
            return [em];
        }
        node.append(...lines);
        return [node];
    });
}

const paragraph = (one: readonly Run[]) => el("p", { dir: "auto" }, ...runs(one));

function blockView(setting: Setting, block: Block, take: (id: string) => Item[]): HTMLElement[] {
    switch (block.is) {
        case "paragraph":
            return [paragraph(block.runs)];
        case "heading":
            return [el("h2", { dir: "auto" }, ...runs(block.runs))];
        case "quotation": {
            const quotation = el("blockquote", {}, ...block.texts.map(paragraph));
            if (block.source.length > 0)
                quotation.append(el("footer", { dir: "auto" }, ...runs(block.source)));
            return [quotation];
        }
        case "list":
            return [
                el("ul", {}, ...block.texts.map((one) => el("li", { dir: "auto" }, ...runs(one)))),
            ];
        case "space":
            return [el("hr")];
        case "items": {
            const [one, other] = block.ids.flatMap(take);
            if (one && other && canPair(one, other)) return [pair(setting, [one, other])];
            return [one, other].flatMap((item) => (item ? [itemView(setting, item)] : []));
        }
    }
}

function storyView(setting: Setting, inside: Inside, told: Told): HTMLElement {
    const left = new Map(inside.items.map((item) => [item.id, item]));
    // An item stands once in the page, where the story first shows it.
    const take = (id: string) => {
        const item = left.get(id);
        left.delete(id);
        return item ? [item] : [];
    };
    const article = el("article", { class: "story" });
    if (told.language) article.lang = told.language;
    const heading = inside.name
        ? el("h1", { dir: "auto" }, inside.name)
        : el("h1", { class: "away" }, t.sent(setting.sender));
    article.append(heading);
    const when = takenWords(inside.when);
    const by = inside.by && inside.story.length > 0 ? t.writtenBy(inside.by) : "";
    const line = [when && `${when}.`, by].filter(Boolean).join(" ");
    if (line) article.append(el("p", { class: "by", dir: "auto" }, line));
    for (const block of inside.story) article.append(...blockView(setting, block, take));
    for (const item of left.values()) article.append(itemView(setting, item));
    return article;
}

export interface StoryPage {
    /** Escape: closes the panel, else covers what was looked at last; false if there is neither. */
    escape(): boolean;
}

/** The page after the look: who sent it, the story, the items. */
export function storyPage(
    setting: Setting,
    inside: Inside,
    told: Told,
    key: string,
    coverAgain: (() => void) | undefined,
): StoryPage {
    let panel: HTMLElement | undefined;
    const header = el("header", { class: "slip" }, el("p", {}, t.sent(setting.sender)));
    const closePanel = () => {
        panel?.remove();
        panel = undefined;
        save.setAttribute("aria-expanded", "false");
        save.focus();
    };
    const save = el(
        "button",
        {
            class: "btn plain",
            "aria-expanded": "false",
            onclick: () => {
                if (panel) return closePanel();
                const hasCovered = inside.items.some(
                    (item) => item.cover && !setting.open.has(item.id),
                );
                panel = savePanel(setting, key, hasCovered, closePanel);
                header.after(panel);
                save.setAttribute("aria-expanded", "true");
                panel.querySelector("h2")?.focus();
            },
        },
        t.save.title,
    );
    header.append(
        el(
            "div",
            { class: "acts" },
            coverAgain && el("button", { class: "btn plain", onclick: coverAgain }, t.cover.again),
            told.isSaved && save,
        ),
    );
    const story = storyView(setting, inside, told);
    show("guest", header, el("main", { id: "main" }, story));
    setting.scope.own(() => panel?.remove());
    window.scrollTo(0, 0);
    focusOn(story.querySelector("h1")!);
    return {
        escape() {
            if (panel) {
                closePanel();
                return true;
            }
            const looks = [...setting.looks];
            looks[looks.length - 1]?.();
            return looks.length > 0;
        },
    };
}
