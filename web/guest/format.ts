import type { Block, Run } from "../src/lib/story/block.ts";
import { Trouble } from "./trouble.ts";

export type { Block, Run } from "../src/lib/story/block.ts";

/** What stands in a share (docs/formats/share.md), read with every limit: whoever made it may mean harm. */
export interface FileRef {
    name: string;
    key: string;
    bytes: number;
    size: number;
    sha256: string;
}
export interface Taken {
    from: string | undefined;
    to: string | undefined;
    text: string | undefined;
    about: boolean;
}
export interface Extent {
    kind: string;
    seconds: number | undefined;
    pages: number | undefined;
    frames: number | undefined;
    count: number | undefined;
}
export interface Cover {
    line: string | undefined;
    more: string | undefined;
    by: string | undefined;
    extent: Extent | undefined;
}
export const kPartKinds = [
    "photographs",
    "films",
    "sounds",
    "papers",
    "ultrasounds",
    "words",
    "others",
] as const;
export type PartKind = (typeof kPartKinds)[number];
export interface Told {
    language: string | undefined;
    isSaved: boolean;
    cover: Cover | undefined;
    hasStory: boolean;
    parts: [PartKind, number][];
    inside: FileRef;
}
export interface Head {
    from: string | undefined;
    until: string | undefined;
    told: Told | undefined;
    hint: string | undefined;
    locked: Omit<FileRef, "key"> | undefined;
}
export type Use = "small" | "picture" | "poster" | "film" | "sound" | "page" | "frame" | "text";
export interface Part {
    use: string;
    type: string;
    width: number | undefined;
    height: number | undefined;
    seconds: number | undefined;
    waveform: number[];
    file: FileRef;
}
export interface Leaf {
    caption: string | undefined;
    taken: Taken | undefined;
    place: string | undefined;
    name: string;
    parts: Part[];
    original: Part | undefined;
}
export interface Item {
    id: string;
    kind: string;
    /** width by height as one number, 1.5 where it is not known */
    ratio: number;
    shown: Leaf | undefined;
    cover: Cover | undefined;
    leaf: FileRef | undefined;
}
export interface Inside {
    name: string | undefined;
    when: Taken | undefined;
    by: string | undefined;
    story: Block[];
    items: Item[];
}

const kKiB = 1024;
export const kMost = {
    head: 64 * kKiB,
    told: 64 * kKiB,
    inside: 16 * kKiB * kKiB,
    leaf: 256 * kKiB,
    text: kKiB * kKiB,
    /** what a picture may weigh */
    picture: 64 * kKiB * kKiB,
};
const kMostItems = 10_000;
const kMostBlocks = 100_000;
const kMostParts = 500;
const kMostNesting = 16;
const kMostNameLength = 256;
const kMostLineLength = 160;
const kMostTextLength = 64 * kKiB;

type Fields = Record<string, unknown>;

function refuse(): never {
    throw new Trouble("changed");
}

function fields(value: unknown): Fields {
    if (typeof value !== "object" || value === null || Array.isArray(value)) refuse();
    return value as Fields;
}

function isThere(value: unknown): boolean {
    return value !== undefined && value !== null;
}

function maybe<T>(value: unknown, read: (value: unknown) => T): T | undefined {
    return isThere(value) ? read(value) : undefined;
}

function text(value: unknown, most: number): string {
    if (typeof value !== "string" || value.includes("\0") || [...value].length > most) refuse();
    return value as string;
}

const name = (value: unknown) => text(value, kMostNameLength);
const words = (value: unknown) => text(value, kMostTextLength);

function matching(value: unknown, pattern: RegExp): string {
    const found = name(value);
    if (!pattern.test(found)) refuse();
    return found;
}

function number(value: unknown): number {
    if (typeof value !== "number" || !Number.isFinite(value) || value < 0) refuse();
    return value as number;
}

function whole(value: unknown): number {
    const found = number(value);
    if (!Number.isSafeInteger(found)) refuse();
    return found;
}

function list<T>(value: unknown, most: number, read: (value: unknown) => T): T[] {
    if (!Array.isArray(value) || value.length > most) refuse();
    return (value as unknown[]).map(read);
}

function plainFile(value: unknown): Omit<FileRef, "key"> {
    const of = fields(value);
    return {
        name: matching(of.name, /^[0-9a-f]{32}\.age$/u),
        bytes: whole(of.bytes),
        size: whole(of.size),
        sha256: matching(of.sha256, /^[0-9a-f]{64}$/u),
    };
}

function file(value: unknown): FileRef {
    const key = matching(fields(value).key, /^AGE-SECRET-KEY-1[0-9A-Z]{58}$/u);
    return { ...plainFile(value), key };
}

const date = (value: unknown) => matching(value, /^\d{4}(-\d\d(-\d\d)?)?$/u);

function taken(value: unknown): Taken {
    const of = fields(value);
    return {
        from: maybe(of.from, date),
        to: maybe(of.to, date),
        text: maybe(of.text, name),
        about: of.about === true,
    };
}

function cover(value: unknown): Cover {
    const of = fields(value);
    return {
        line: maybe(of.line, (line) => text(line, kMostLineLength)),
        more: maybe(of.more, words),
        by: maybe(of.by, name),
        extent: maybe(of.extent, (extent) => {
            const size = fields(extent);
            return {
                kind: name(size.kind),
                seconds: maybe(size.seconds, number),
                pages: maybe(size.pages, whole),
                frames: maybe(size.frames, whole),
                count: maybe(size.count, whole),
            };
        }),
    };
}

function told(value: unknown): Told {
    const of = fields(value);
    const parts = fields(of.parts ?? {});
    return {
        language: maybe(of.language, (one) => matching(one, /^[a-z]{2,3}(-[0-9A-Za-z]{1,8})*$/u)),
        isSaved: of.save === true,
        cover: maybe(of.cover, cover),
        hasStory: parts.story === true,
        parts: kPartKinds.map((kind) => [kind, maybe(parts[kind], whole) ?? 0]),
        inside: file(of.inside),
    };
}

function parsed(bytes: Uint8Array, most: number): unknown {
    if (bytes.length > most) refuse();
    let value: unknown;
    try {
        value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    } catch {
        refuse();
    }
    checkNesting(value, kMostNesting);
    return value;
}

function checkNesting(value: unknown, left: number): void {
    if (typeof value !== "object" || value === null) return;
    if (left === 0) refuse();
    for (const one of Object.values(value)) checkNesting(one, left - 1);
}

/** Errors: Trouble: changed, newer. The sender's name goes with "newer", if it can be read. */
export function readHead(bytes: Uint8Array): Head {
    const of = fields(parsed(bytes, kMost.head));
    if (of.keepsake !== "share") refuse();
    if (whole(of.version) > 1)
        throw Object.assign(new Trouble("newer"), {
            from: typeof of.from === "string" ? of.from.slice(0, kMostNameLength) : undefined,
        });
    const head = {
        from: maybe(of.from, name),
        until: maybe(of.until, date),
        told: maybe(of.told, told),
        hint: maybe(of.hint, name),
        locked: maybe(of.locked, plainFile),
    };
    if (!head.told && !head.locked) refuse();
    return head;
}

export function readTold(bytes: Uint8Array): Told {
    return told(parsed(bytes, kMost.told));
}

function part(value: unknown): Part {
    const of = fields(value);
    return {
        use: name(of.use),
        type: name(of.type),
        width: maybe(of.width, whole),
        height: maybe(of.height, whole),
        seconds: maybe(of.seconds, number),
        waveform: maybe(of.waveform, (peaks) => list(peaks, 240, whole)) ?? [],
        file: file(of.file),
    };
}

function leaf(value: unknown): Leaf {
    const of = fields(value);
    return {
        caption: maybe(of.caption, words),
        taken: maybe(of.taken, taken),
        place: maybe(of.place, (place) => maybe(fields(place).name, name)),
        name: matching(of.name, /^[0-9A-Za-z][-0-9A-Za-z]{0,99}$/u),
        parts: list(of.parts, kMostParts, part),
        original: maybe(of.original, part),
    };
}

export function readLeaf(bytes: Uint8Array): Leaf {
    return leaf(parsed(bytes, kMost.leaf));
}

/** Width by height as one number, within bounds; nothing where it is not told. */
export function proportions(
    of: { width: number | undefined; height: number | undefined } | undefined,
): number | undefined {
    if (!of?.width || !of.height) return undefined;
    return Math.min(20, Math.max(0.05, of.width / of.height));
}

function item(value: unknown): Item {
    const of = fields(value);
    const size = { width: maybe(of.width, whole), height: maybe(of.height, whole) };
    const one = {
        id: matching(of.id, /^[0-9a-f]{16}$/u),
        kind: name(of.kind),
        ratio: proportions(size) ?? 1.5,
        shown: maybe(of.shown, leaf),
        cover: maybe(of.cover, cover),
        leaf: maybe(of.leaf, file),
    };
    if (one.cover ? !one.leaf || one.shown : !one.shown) refuse();
    return one;
}

function runs(value: unknown): Run[] {
    return list(value, kMostBlocks, (run) => {
        const of = fields(run);
        return {
            text: text(of.text, kMost.inside),
            em: of.em === true,
            strong: of.strong === true,
        };
    });
}

const texts = (value: unknown) => list(value, kMostBlocks, runs);
const id = (value: unknown) => matching(value, /^[0-9a-f]{16}$/u);

function block(value: unknown): Block | undefined {
    const of = fields(value);
    if (isThere(of.paragraph)) return { is: "paragraph", runs: runs(of.paragraph) };
    if (isThere(of.heading)) return { is: "heading", runs: runs(of.heading) };
    if (isThere(of.quotation))
        return {
            is: "quotation",
            texts: texts(of.quotation),
            source: maybe(of.source, runs) ?? [],
        };
    if (isThere(of.list)) return { is: "list", texts: texts(of.list) };
    if (isThere(of.pictures)) return { is: "items", ids: list(of.pictures, 2, id) };
    if (isThere(of.sound)) return { is: "items", ids: [id(of.sound)] };
    return of.space === true ? { is: "space" } : undefined;
}

export function readInside(bytes: Uint8Array): Inside {
    const of = fields(parsed(bytes, kMost.inside));
    return {
        name: maybe(of.name, name),
        when: maybe(of.when, taken),
        by: maybe(of.by, name),
        story: list(of.story ?? [], kMostBlocks, block).filter(
            (one): one is Block => one !== undefined,
        ),
        items: list(of.items ?? [], kMostItems, item),
    };
}
