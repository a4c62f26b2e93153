import { el, icon } from "./dom.ts";
import type { Part } from "./format.ts";
import { hold, picture } from "./picture.ts";
import type { Scope } from "./scope.ts";
import type { Share } from "./share.ts";
import { number, t } from "./words.ts";

/** The pages of a paper, or the stills of an ultrasound, one at a time; stills can run one after the other. */
const kFramesPerSecond = 12;

export function sheets(
    share: Share,
    sender: string | undefined,
    parts: readonly Part[],
    small: Part | undefined,
    alt: string,
    isLoop: boolean,
    scope: Scope,
): HTMLElement[] {
    const ratioOf = (part: Part) =>
        part.width && part.height ? part.width / part.height : isLoop ? 1.33 : 0.707;
    const box = hold(ratioOf(parts[0]!));
    if (parts.length === 1) {
        const ratio = ratioOf(parts[0]!);
        return [picture(share, sender, scope, { small, large: parts[0], alt, ratio })];
    }
    const said = el("output", { "aria-live": "polite" });
    let at = 0;
    let shown: Scope | undefined;
    let timer: ReturnType<typeof setInterval> | undefined;
    const turn = (to: number) => {
        at = (to + parts.length) % parts.length;
        shown?.end();
        shown = scope.within();
        const part = parts[at]!;
        const words = (isLoop ? t.sheets.frame : t.sheets.page)(
            number(at + 1),
            number(parts.length),
        );
        said.textContent = words;
        previous.disabled = !isLoop && at === 0;
        next.disabled = !isLoop && at === parts.length - 1;
        const one = picture(share, sender, shown, {
            small: at === 0 ? small : undefined,
            large: part,
            alt: `${alt}, ${words}`,
            ratio: ratioOf(part),
        });
        box.replaceChildren(one);
    };
    const run = (isOn: boolean) => {
        clearInterval(timer);
        said.setAttribute("aria-live", isOn ? "off" : "polite");
        play.textContent = isOn ? t.play.stop : t.play.play;
        play.setAttribute("aria-pressed", String(isOn));
        if (isOn) timer = setInterval(() => turn(at + 1), 1000 / kFramesPerSecond);
    };
    const step = (by: number) => () => {
        run(false);
        turn(at + by);
    };
    const previous = el(
        "button",
        { class: "icon", "aria-label": t.sheets.previous, onclick: step(-1) },
        turned("chevron-left"),
    );
    const next = el(
        "button",
        { class: "icon", "aria-label": t.sheets.next, onclick: step(1) },
        turned("chevron-right"),
    );
    const play = el(
        "button",
        {
            class: "btn low",
            onclick: () => run(play.getAttribute("aria-pressed") !== "true"),
        },
        t.play.play,
    );
    run(false);
    turn(0);
    scope.own(() => clearInterval(timer));
    return [box, el("div", { class: "sheets" }, previous, said, next, isLoop && play)];
}

function turned(name: "chevron-left" | "chevron-right"): SVGSVGElement {
    const drawn = icon(name);
    drawn.classList.add("turns");
    return drawn;
}
