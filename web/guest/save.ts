import { el } from "./dom.ts";
import type { Leaf, Part } from "./format.ts";
import type { Setting } from "./item.ts";
import { wholeLink } from "./link.ts";
import { wasLetGo } from "./trouble.ts";
import { countWords, number, t } from "./words.ts";

const kEndings: Record<string, string> = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/avif": ".avif",
    "image/heic": ".heic",
    "image/tiff": ".tif",
    "image/svg+xml": ".svg",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "text/plain": ".txt",
    "application/pdf": ".pdf",
    "application/dicom": ".dcm",
};

/** What of an item is worth saving: the original, if it came along, else each of its parts at its best. */
function worthSaving(leaf: Leaf): Part[] {
    if (leaf.original) return [leaf.original];
    const moving = leaf.parts.filter((part) => part.use === "film" || part.use === "sound");
    if (moving.length > 0) return moving;
    const best = leaf.parts.filter((part) =>
        ["picture", "page", "frame", "text"].includes(part.use),
    );
    return best.length > 0 ? best : leaf.parts.slice(0, 1);
}

function fileName(leaf: Leaf, part: Part, index: number, count: number): string {
    const number = count > 1 ? `-${String(index + 1).padStart(2, "0")}` : "";
    return `${leaf.name}${number}${kEndings[part.type] ?? ""}`;
}

/** Gives what is open to the browser to put where it puts such things, one file after the other. */
async function saveAll(setting: Setting, tell: (done: number, all: number) => void): Promise<void> {
    const files = [...setting.open.values()].flatMap(({ leaf }) => {
        const parts = worthSaving(leaf);
        return parts.map((part, at) => ({ part, name: fileName(leaf, part, at, parts.length) }));
    });
    let done = 0;
    for (const { part, name } of files) {
        tell(done, files.length);
        const blob = await setting.share.blob(
            part.file,
            // Nothing that is saved is opened by this page.
            "application/octet-stream",
            setting.scope.signal,
        );
        if (setting.scope.isOver) return;
        el("a", { href: setting.scope.url(blob), download: name }).click();
        done += 1;
        // Browsers lose some of many that come at once.
        await new Promise((later) => setTimeout(later, 300));
    }
    tell(done, files.length);
}

/** "Save this": the whole link, and what is open on the page. */
export function savePanel(
    setting: Setting,
    key: string,
    hasCovered: boolean,
    close: () => void,
): HTMLElement {
    const isFile = setting.share.source.isFile;
    const link = isFile ? key : wholeLink(key);
    const field = el("input", {
        type: "text",
        id: "link",
        readonly: true,
        value: link,
        spellcheck: "false",
        onfocus: () => field.select(),
    });
    const said = el("p", { class: "small soft", role: "status" });
    const copy = async () => {
        field.select();
        try {
            await navigator.clipboard.writeText(link);
            said.textContent = t.save.copied;
        } catch {
            // Plain http has no clipboard for pages; the old way may still work.
            said.textContent = document.execCommand("copy") ? t.save.copied : t.save.selected;
        }
    };
    const counts = new Map<string, number>();
    for (const { kind } of setting.open.values()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const all = el(
        "button",
        {
            class: "btn",
            onclick: () => {
                all.disabled = true;
                saveAll(setting, (done, count) => {
                    said.textContent =
                        done === count ? t.save.saved : t.save.saving(number(done), number(count));
                })
                    .catch((error: unknown) => {
                        if (!wasLetGo(error)) said.textContent = t.trouble.offline;
                    })
                    .finally(() => (all.disabled = false));
            },
        },
        t.save.all(countWords(counts)),
    );
    const title = el("h2", { tabindex: -1 }, t.save.title);
    return el(
        "section",
        { class: "save-panel", "aria-label": t.save.title },
        title,
        el("p", { class: "soft" }, isFile ? t.save.explainFile : t.save.explain),
        el(
            "div",
            { class: "field" },
            el("label", { for: "link" }, isFile ? t.save.words : t.save.link),
            el(
                "div",
                { class: "with-button" },
                field,
                el("button", { class: "btn", onclick: () => void copy() }, t.save.copy),
            ),
        ),
        el(
            "div",
            { class: "under" },
            counts.size > 0 && all,
            el("button", { class: "btn plain", onclick: close }, t.save.close),
        ),
        hasCovered && counts.size > 0 && el("p", { class: "small soft" }, t.save.covered),
        said,
    );
}
