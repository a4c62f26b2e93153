import { el } from "./dom.ts";
import { kMost, type Part } from "./format.ts";
import { whileNear } from "./in-view.ts";
import { inTurn } from "./queue.ts";
import type { Scope } from "./scope.ts";
import type { Share } from "./share.ts";
import { wasLetGo, whyOf, type Why } from "./trouble.ts";
import { t } from "./words.ts";

/** Pictures that a browser may be given; nothing that could hold a script. */
const kTypes = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"];

export function isPicture(part: Part | undefined): part is Part {
    return part !== undefined && kTypes.includes(part.type);
}

/** A box of a picture's proportions. */
export function hold(ratio: number): HTMLElement {
    const box = el("div", { class: "hold" });
    box.style.setProperty("--r", String(ratio));
    return box;
}

function loaded(image: HTMLImageElement): Promise<void> {
    return new Promise((done, failed) => {
        image.onload = () => done();
        image.onerror = () => failed(new Error("not a picture"));
    });
}

/** Why something is not shown, in its place, and a way to try again. */
export function troubleIn(
    box: HTMLElement,
    error: unknown,
    sender: string | undefined,
    again: () => void,
): void {
    const why = whyOf(error);
    const said: Partial<Record<Why, string>> = {
        changed: t.trouble.changed(sender),
        closed: t.trouble.closed(sender),
        offline: t.trouble.offline,
    };
    const words = said[why] ?? t.wontOpen;
    const button =
        why === "offline"
            ? el("button", { class: "btn low", onclick: again }, t.trouble.again)
            : undefined;
    box.replaceChildren(
        el("div", { class: "trouble", role: "status" }, el("p", {}, words), button),
    );
}

interface Wanted {
    small?: Part | undefined;
    large?: Part | undefined;
    alt: string;
    ratio: number;
}

/** A picture in its place: while it is near, its small copy and then its large one; far away, neither. */
export function picture(
    share: Share,
    sender: string | undefined,
    scope: Scope,
    wanted: Wanted,
): HTMLElement {
    const box = hold(wanted.ratio);
    const begin = (visit: Scope) => {
        visit.own(() => box.replaceChildren());
        fill(share, visit, box, wanted).catch((error: unknown) => {
            if (visit.isOver || wasLetGo(error)) return;
            // A small copy that is there stays, unless something is wrong with the share itself.
            if (box.querySelector("img") && whyOf(error) === "offline") return;
            troubleIn(box, error, sender, () => {
                box.replaceChildren();
                begin(visit.within());
            });
        });
    };
    whileNear(box, scope, begin);
    return box;
}

async function fill(share: Share, visit: Scope, box: HTMLElement, wanted: Wanted): Promise<void> {
    const { small, large } = wanted;
    const showOne = async (part: Part, isUrgent: boolean) => {
        const image = await imageOf(share, visit, part, isUrgent, wanted.alt);
        if (!visit.isOver) box.replaceChildren(image);
    };
    if (isPicture(small)) await showOne(small, true);
    if (isPicture(large)) await showOne(large, !isPicture(small));
    if (!isPicture(small) && !isPicture(large)) throw new Error("not a picture");
}

async function imageOf(
    share: Share,
    visit: Scope,
    part: Part,
    isUrgent: boolean,
    alt: string,
): Promise<HTMLImageElement> {
    const blob = await inTurn(isUrgent, visit, async () => {
        const bytes = await share.bytes(part.file, kMost.picture, visit.signal);
        return new Blob([bytes], { type: part.type });
    });
    const image = el("img", { alt });
    const ready = loaded(image);
    image.src = visit.url(blob);
    await ready;
    return image;
}
