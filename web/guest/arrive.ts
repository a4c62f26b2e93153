import { el, focusOn, newId, show } from "./dom.ts";
import type { Head, Told } from "./format.ts";
import { tellMore } from "./item.ts";
import { coverLine, dateWords, partsWords, t } from "./words.ts";

/** The pages before the look: the words, the passphrase, the key, and what cannot be shown. */
function leafPage(bodyClass: string, ...parts: (HTMLElement | undefined)[]): HTMLElement {
    const main = el("main", { id: "main", class: "leafpage" }, ...parts);
    show(bodyClass, main);
    return main;
}

function beside(head: Head, isFile: boolean): HTMLElement {
    const until =
        head.until && (isFile ? t.beside.fileUntil : t.beside.until)(dateWords(head.until));
    return el("p", { class: "beside" }, [until, t.beside.untold].filter(Boolean).join(" "));
}

/** Something is on its way. */
export function waitPage(sender: string | undefined, isKnown: boolean): void {
    leafPage(
        "guest say",
        isKnown ? el("p", { class: "from" }, t.sent(sender)) : undefined,
        el("p", { class: "from soft", role: "status" }, t.loading),
    );
}

/** One sentence, and a button where there is something to do. */
export function sayPage(words: string, button?: [string, () => void]): void {
    const heading = el("h1", { class: "saying" }, words);
    leafPage(
        "guest say",
        el(
            "div",
            { class: "saying-box" },
            heading,
            button && el("button", { class: "btn", onclick: button[1] }, button[0]),
        ),
    );
    focusOn(heading);
}

/** Who sent it, the words, Not now and Look: alike in everything, and the focus is on neither. */
export function coverPage(head: Head, told: Told, isFile: boolean, look: () => void): void {
    const cover = told.cover!;
    const id = newId();
    const heading = el("h1", { id, dir: "auto" }, coverLine(cover, head.from));
    const kind = partsWords(told);
    const notNow = () => readyPage(head, isFile, () => coverPage(head, told, isFile, look));
    leafPage(
        "guest arrive",
        el("p", { class: "from" }, t.sent(head.from)),
        el(
            "article",
            { class: "coverleaf", "aria-labelledby": id },
            heading,
            kind !== "" && el("p", { class: "kind" }, kind),
            ...tellMore(cover.more),
            el(
                "div",
                { class: "choice" },
                el("button", { class: "btn", onclick: notNow }, t.cover.notNow),
                el("button", { class: "btn", onclick: look }, t.cover.look),
            ),
        ),
        beside(head, isFile),
    );
    focusOn(heading);
}

function readyPage(head: Head, isFile: boolean, back: () => void): void {
    const heading = el("h1", {}, t.cover.ready);
    leafPage(
        "guest arrive ready",
        el("p", { class: "from" }, t.sent(head.from)),
        el(
            "article",
            { class: "coverleaf" },
            heading,
            el("button", { class: "more", onclick: back }, t.cover.back),
        ),
        beside(head, isFile),
    );
    focusOn(heading);
}

interface Asking {
    from?: string;
    title: string;
    hint?: string | undefined;
    label: string;
    button: string;
    below?: HTMLElement | undefined;
    /** Resolves with words that say why not, or undefined. */
    tryIt: (typed: string) => Promise<string | undefined>;
}

function askPage(asking: Asking): void {
    const said = el("p", { class: "bad", role: "status" });
    const field = el("input", {
        type: "text",
        id: "answer",
        autocomplete: "off",
        autocapitalize: "none",
        autocorrect: "off",
        spellcheck: "false",
        dir: "auto",
    });
    const button = el("button", { class: "btn" }, asking.button);
    const submit = async () => {
        if (field.value === "" || button.disabled) return;
        button.disabled = true;
        said.className = "soft";
        said.textContent = t.lock.opening;
        // The words are to be seen before the work that stops the page.
        await new Promise((done) => setTimeout(done, 50));
        const why = await asking.tryIt(field.value);
        button.disabled = false;
        if (why === undefined) return;
        said.className = "bad";
        said.textContent = why;
        field.select();
        field.focus();
    };
    const form = el(
        "form",
        {
            class: "field",
            novalidate: true,
            onsubmit: (event) => {
                event.preventDefault();
                void submit();
            },
        },
        el("label", { for: "answer" }, asking.label),
        field,
        said,
        button,
    );
    const heading = el("h1", {}, asking.title);
    leafPage(
        "guest ask",
        asking.from === undefined ? undefined : el("p", { class: "from" }, asking.from),
        heading,
        asking.hint === undefined
            ? undefined
            : el("p", { class: "hint", dir: "auto" }, asking.hint),
        form,
        asking.below,
    );
    focusOn(heading);
}

export function passphrasePage(
    head: Head,
    isFile: boolean,
    tryIt: (typed: string) => Promise<string | undefined>,
): void {
    askPage({
        from: t.sent(head.from),
        title: t.lock.explain,
        hint: head.hint === undefined ? undefined : t.lock.hint(head.hint),
        label: t.lock.label,
        button: t.lock.open,
        below: beside(head, isFile),
        tryIt,
    });
}

export function keyPage(tryIt: (typed: string) => Promise<string | undefined>): void {
    askPage({
        title: t.key.title,
        label: t.key.label,
        button: t.key.open,
        tryIt,
    });
}
