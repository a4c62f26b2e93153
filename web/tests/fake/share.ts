import { createHash, randomBytes, webcrypto } from "node:crypto";

import { Encrypter, generateIdentity, identityToRecipient } from "age-encryption";

/** Makes shares (docs/formats/share.md) as the program does, but by other code: what the guest page is tried on. */
// Node 18 has it under this name alone.
if (!("crypto" in globalThis)) Object.assign(globalThis, { crypto: webcrypto });

type Json = Record<string, unknown>;

export interface PartOf {
    use: string;
    type: string;
    bytes: Uint8Array;
    width?: number;
    height?: number;
    seconds?: number;
    waveform?: number[];
}
export interface CoverOf {
    line: string | null;
    more?: string | null;
    by?: string | null;
    extent?: Json;
}
export interface ItemOf {
    kind: string;
    width?: number;
    height?: number;
    caption?: string | null;
    taken?: Json | null;
    name: string;
    parts: PartOf[];
    original?: PartOf;
    cover?: CoverOf;
}
export interface ShareOf {
    from?: string;
    to?: string;
    until?: string | null;
    language?: string;
    save?: boolean;
    passphrase?: string;
    hint?: string | null;
    cover?: CoverOf | null;
    name?: string | null;
    when?: Json | null;
    by?: string | null;
    /** blocks; an item is named by its place among the items */
    story?: Json[];
    items: ItemOf[];
    version?: number;
}

export interface Made {
    key: string;
    files: Map<string, Uint8Array>;
    /** names of files by what they are: "inside", "leaf 3", "small 3", "picture 0" */
    names: Map<string, string>;
    ids: string[];
}

const hex = (bytes: number) => randomBytes(bytes).toString("hex");

async function sealed(plain: Uint8Array, identity: string): Promise<Uint8Array> {
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(identity));
    return encrypter.encrypt(plain);
}

const bytesOf = (value: unknown, multiple = 1): Uint8Array => {
    const bytes = Buffer.from(JSON.stringify(value));
    const size = Math.ceil(bytes.length / multiple) * multiple;
    return Buffer.concat([bytes, Buffer.alloc(size - bytes.length, " ")]);
};

class Maker {
    readonly files = new Map<string, Uint8Array>();
    readonly names = new Map<string, string>();

    async put(what: string, plain: Uint8Array, identity?: string): Promise<Json> {
        const key = identity ?? (await generateIdentity());
        const file = await sealed(plain, key);
        const name = `${hex(16)}.age`;
        this.files.set(name, file);
        this.names.set(what, name);
        return {
            name,
            ...(identity === undefined ? { key } : {}),
            bytes: plain.length,
            size: file.length,
            sha256: createHash("sha256").update(file).digest("hex"),
        };
    }

    async part(part: PartOf, number: number, nth: number): Promise<Json> {
        const { bytes, ...said } = part;
        const what = nth === 0 ? `${part.use} ${number}` : `${part.use} ${number}.${nth}`;
        return { ...said, file: await this.put(what, bytes) };
    }

    async item(item: ItemOf, number: number): Promise<Json> {
        const parts: Json[] = [];
        const seen = new Map<string, number>();
        for (const part of item.parts) {
            const nth = seen.get(part.use) ?? 0;
            seen.set(part.use, nth + 1);
            parts.push(await this.part(part, number, nth));
        }
        const leaf = {
            caption: item.caption ?? null,
            taken: item.taken ?? null,
            place: null,
            name: item.name,
            parts,
            original: item.original ? await this.part(item.original, number, 0) : null,
        };
        const said = {
            id: hex(8),
            kind: item.kind,
            ...(item.width ? { width: item.width, height: item.height } : {}),
        };
        if (!item.cover) return { ...said, shown: leaf };
        return {
            ...said,
            cover: { more: null, by: null, extent: { kind: item.kind }, ...item.cover },
            leaf: await this.put(`leaf ${number}`, bytesOf(leaf, 4096)),
        };
    }
}

const placesOf = (block: Json, ids: string[]): Json =>
    "pictures" in block
        ? { pictures: (block.pictures as number[]).map((at) => ids[at]) }
        : "sound" in block
          ? { sound: ids[block.sound as number] }
          : block;

export async function makeShare(share: ShareOf): Promise<Made> {
    const maker = new Maker();
    const key = await generateIdentity();
    const items: Json[] = [];
    for (const [number, item] of share.items.entries()) items.push(await maker.item(item, number));
    const ids = items.map((item) => item.id as string);
    const counts = (kind: string) => share.items.filter((item) => item.kind === kind).length;
    const inside = {
        name: share.name ?? null,
        when: share.when ?? null,
        by: share.by ?? null,
        story: (share.story ?? []).map((block) => placesOf(block, ids)),
        items,
    };
    const told = {
        to: share.to ?? "Ana",
        language: share.language ?? "en",
        save: share.save ?? true,
        cover: share.cover ? { more: null, by: null, ...share.cover } : null,
        parts: {
            story: (share.story ?? []).length > 0,
            photographs: counts("photograph"),
            films: counts("film"),
            sounds: counts("sound"),
            papers: counts("paper"),
            ultrasounds: counts("ultrasound"),
            words: counts("words"),
            others: counts("other"),
        },
        inside: await maker.put("inside", bytesOf(inside)),
    };
    const head: Json = {
        keepsake: "share",
        version: share.version ?? 1,
        from: share.from ?? "Ines",
        made: "2026-11-25",
        until: share.until === undefined ? "2099-06-30" : share.until,
    };
    if (share.passphrase === undefined) head.told = told;
    else {
        const inner = new Encrypter();
        inner.setPassphrase(share.passphrase);
        inner.setScryptWorkFactor(15);
        head.hint = share.hint ?? null;
        head.locked = await maker.put("locked", await inner.encrypt(bytesOf(told)), key);
    }
    maker.files.set("manifest.age", await sealed(bytesOf(head), key));
    return { key, files: maker.files, names: maker.names, ids };
}
