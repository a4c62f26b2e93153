import { release } from "../src/lib/release.ts";
import { el, icon } from "./dom.ts";
import type { Part } from "./format.ts";
import { hold, troubleIn } from "./picture.ts";
import type { Scope } from "./scope.ts";
import type { Share } from "./share.ts";
import { canStream, streamed } from "./streams.ts";
import { Trouble, wasLetGo } from "./trouble.ts";
import { clock, percent, t } from "./words.ts";

/** Films and recordings: nothing is fetched, and nothing plays, before Play is pressed. */
const kTypes = [
    "video/mp4",
    "video/webm",
    "audio/mp4",
    "audio/mpeg",
    "audio/aac",
    "audio/ogg",
    "audio/webm",
    "audio/wav",
    "audio/flac",
];
/** What is smaller is fetched whole. */
const kLongBytes = 1024 * 1024;

export function isPlayable(part: Part | undefined): part is Part {
    return part !== undefined && kTypes.includes(part.type);
}

/** An address to play from: as it is fetched where the browser and the host allow it, else when all of it is here. */
async function address(
    share: Share,
    part: Part,
    scope: Scope,
    progress: (part: number) => void,
    failed: (error: unknown) => void,
): Promise<string> {
    if (part.file.bytes > kLongBytes && canStream(share))
        try {
            return await streamed(share, part, scope, failed);
        } catch (error) {
            if (error instanceof Trouble || wasLetGo(error)) throw error;
        }
    return scope.url(await share.blob(part.file, part.type, scope.signal, progress));
}

interface Row {
    row: HTMLElement;
    button: HTMLButtonElement;
    time: HTMLElement;
    below: HTMLElement;
}

function newRow(title: string, seconds: number | undefined): Row {
    const button = el("button", { class: "play", "aria-label": `${t.play.play}: ${title}` });
    button.append(icon("play"));
    const time = el("span", { class: "soft num" }, seconds ? clock(seconds) : "");
    const below = el("div", { class: "position" });
    const row = el(
        "div",
        { class: "sound" },
        button,
        el("span", { class: "title", dir: "auto" }, title),
        time,
        below,
    );
    return { row, button, time, below };
}

function pauseIcon(): SVGSVGElement {
    const drawn = icon("play");
    drawn.innerHTML = `<path d="M9 5v14"/><path d="M15 5v14"/>`;
    return drawn;
}

/** Wires a row to a player that is made when Play is first pressed. */
function wire(
    { row, button, time }: Row,
    title: string,
    scope: Scope,
    make: (url: string) => HTMLMediaElement,
    load: (progress: (part: number) => void) => Promise<string>,
): void {
    let media: HTMLMediaElement | undefined;
    const seconds = time.textContent;
    const say = (isPlaying: boolean) => {
        button.replaceChildren(isPlaying ? pauseIcon() : icon("play"));
        button.setAttribute("aria-label", `${isPlaying ? t.play.pause : t.play.play}: ${title}`);
    };
    const start = async () => {
        button.setAttribute("aria-busy", "true");
        time.setAttribute("role", "status");
        time.textContent = t.loading;
        try {
            const url = await load((part) => (time.textContent = t.getting(percent(part))));
            if (scope.isOver) return;
            media = make(url);
            media.onplay = () => say(true);
            media.onpause = () => say(false);
            time.removeAttribute("role");
            time.textContent = seconds;
            // It is already some time since Play was pressed: then the browser may want it pressed again.
            await media.play().catch(() => undefined);
        } finally {
            button.removeAttribute("aria-busy");
        }
    };
    const press = () => {
        if (button.hasAttribute("aria-busy")) return;
        if (media) void (media.paused ? media.play() : media.pause());
        else
            start().catch((error: unknown) => {
                time.textContent = seconds;
                if (!scope.isOver && !wasLetGo(error)) row.dispatchEvent(failure(error));
            });
    };
    button.addEventListener("click", press);
}

const failure = (error: unknown) => new CustomEvent("failure", { detail: error });

function releaseWith(scope: Scope, media: HTMLMediaElement): void {
    scope.own(() => {
        release(media);
        media.remove();
    });
}

function peaks(heights: readonly number[]): SVGSVGElement {
    const drawn = icon("play");
    drawn.setAttribute("class", "wave");
    drawn.setAttribute("viewBox", `0 0 ${heights.length * 2} 64`);
    drawn.setAttribute("preserveAspectRatio", "none");
    const lines = heights.map((height, at) => {
        const half = Math.max(1, (Math.min(255, height) / 255) * 32);
        return `M${at * 2 + 1} ${32 - half}v${half * 2}`;
    });
    drawn.innerHTML = `<path d="${lines.join("")}"/>`;
    return drawn;
}

/** A recording: one row, and its place in time once it plays. */
export function sound(
    share: Share,
    sender: string | undefined,
    part: Part,
    title: string,
    scope: Scope,
): HTMLElement {
    const all = newRow(title, part.seconds);
    const { row, time, below } = all;
    const failed = (error: unknown) => {
        if (!scope.isOver) troubleIn(below, error, sender, () => below.replaceChildren());
    };
    row.addEventListener("failure", (event) => failed((event as CustomEvent).detail));
    const make = (url: string) => {
        const media = el("audio", { src: url });
        const range = el("input", {
            type: "range",
            min: 0,
            max: part.seconds ?? 0,
            step: "any",
            value: 0,
            "aria-label": t.play.position,
            oninput: () => (media.currentTime = Number(range.value)),
        });
        const tell = () => {
            const length = Number.isFinite(media.duration) ? media.duration : (part.seconds ?? 0);
            range.max = String(length);
            range.value = String(media.currentTime);
            const now = clock(media.currentTime);
            range.setAttribute("aria-valuetext", now);
            time.textContent = now;
        };
        media.ontimeupdate = tell;
        media.onloadedmetadata = tell;
        media.onerror = () => failed(new Error("does not play"));
        below.replaceChildren(range, media);
        if (part.waveform.length > 0) below.prepend(peaks(part.waveform));
        releaseWith(scope, media);
        return media;
    };
    wire(all, title, scope, make, (progress) => address(share, part, scope, progress, failed));
    return row;
}

/** A film: its still, and a row to play it with; the player then stands where the still stood. */
export function film(
    share: Share,
    sender: string | undefined,
    part: Part,
    title: string,
    still: HTMLElement,
    ratio: number,
    scope: Scope,
): HTMLElement[] {
    const all = newRow(title, part.seconds);
    const { row } = all;
    const box = hold(ratio);
    const failed = (error: unknown) => {
        if (scope.isOver) return;
        still.replaceWith(box);
        troubleIn(box, error, sender, () => box.replaceWith(still));
    };
    row.addEventListener("failure", (event) => failed((event as CustomEvent).detail));
    const make = (url: string) => {
        const media = el("video", {
            src: url,
            controls: true,
            playsinline: true,
            preload: "metadata",
            "aria-label": title,
        });
        media.onerror = () => failed(new Error("does not play"));
        box.replaceChildren(media);
        still.replaceWith(box);
        releaseWith(scope, media);
        return media;
    };
    wire(all, title, scope, make, (progress) => address(share, part, scope, progress, failed));
    return [still, row];
}
