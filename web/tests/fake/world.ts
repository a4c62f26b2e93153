import type {
    Cover,
    Crop,
    Item,
    Kind,
    Listed,
    Moment,
    MomentCard,
    Person,
    Shown,
} from "../../src/api/types.ts";

/** What the fake archive holds: made up by number, so that 300,000 items take no room. */
export interface Thing {
    number: number;
    id: string;
    kind: Kind;
    ratio: number;
    date: string;
    caption: string;
    people: string[];
    place: string | null;
    dateText: string;
    about: boolean;
    rotation: 0 | 90 | 180 | 270;
    crop?: Crop;
    cover: string | null;
    coverMore?: string;
    coverBy: string;
    ownCovers: Map<string, string>;
    leaveOpen: Set<string>;
    letGo: boolean;
    justKept: boolean;
    name: string;
    /** a film: how often a copy is asked for until it is made; -1: it cannot be made */
    copyAfter?: number;
    /** a photograph with a short film inside */
    isMotion?: boolean;
    /** of an animation */
    frames?: number;
}

export interface FakeMoment {
    id: string;
    name: string;
    dateText: string;
    people: string[];
    items: string[];
    front: string | null;
    story: string;
    cover: string | null;
    coverMore?: string;
    coverBy: string;
    leaveOpen: Set<string>;
    quiet: Set<string>;
}

export function idOf(number: number, space = 0): string {
    return (BigInt(space) * 2n ** 48n + BigInt(number) * 7919n + 4096n)
        .toString(16)
        .padStart(16, "0");
}

const ratios = [1500, 1333, 1333, 750, 1000, 1778, 667, 1500, 562, 1600];

export function makeThing(number: number, date: string): Thing {
    const turn = number % 23;
    const kind: Kind =
        turn === 7
            ? "film"
            : turn === 13
              ? "sound"
              : turn === 17
                ? "document"
                : turn === 19
                  ? "text"
                  : turn === 21
                    ? "medical"
                    : "photograph";
    return {
        number,
        id: idOf(number),
        kind,
        ratio:
            kind === "sound" || kind === "text"
                ? 0
                : ratios[(number * 7 + (number >> 3)) % ratios.length]!,
        date,
        caption: number % 9 === 4 ? `The light on the water, number ${number}.` : "",
        people: [],
        place: null,
        dateText: "",
        about: false,
        rotation: 0,
        cover: null,
        coverBy: "",
        ownCovers: new Map(),
        leaveOpen: new Set(),
        letGo: false,
        justKept: false,
        name: `IMG_${String(number).padStart(4, "0")}.JPG`,
    };
}

export function coverOf(thing: Thing, line: string): Cover {
    return {
        line,
        kind: thing.kind,
        ...(thing.coverMore ? { more: thing.coverMore } : {}),
        ...(thing.coverBy ? { by: thing.coverBy } : {}),
        ...(thing.kind === "film" || thing.kind === "sound" ? { minutes: 1 } : {}),
    };
}

/** As it is shown, after turning. */
export function ratioOf(thing: Thing): number {
    const ratio =
        thing.ratio > 0 && thing.rotation % 180 === 90 ? 1_000_000 / thing.ratio : thing.ratio;
    return Math.round(thing.crop ? (ratio * thing.crop.width) / thing.crop.height : ratio);
}

export function listed(thing: Thing): Listed {
    return {
        id: thing.id,
        kind: thing.kind,
        date: thing.date,
        ...(thing.ratio > 0
            ? {
                  v: `v${thing.number}`,
                  ratio: ratioOf(thing),
              }
            : {}),
        ...(thing.about ? { about: true } : {}),
        ...(thing.kind === "film" || thing.kind === "sound" ? { seconds: 42 } : {}),
        ...(thing.kind === "document" ? { pages: 3 } : {}),
        ...(thing.kind === "medical" ? { frames: 24 } : {}),
        ...(thing.frames ? { frames: thing.frames } : {}),
        ...(thing.rotation ? { rotation: thing.rotation } : {}),
        ...(thing.crop ? { crop: thing.crop } : {}),
        ...(thing.caption ? { caption: thing.caption.slice(0, 200) } : {}),
        name: thing.name,
    };
}

export function whole(thing: Thing, people: Person[], me: string, moments: string[]): Item {
    const { caption, name, ...brief } = listed(thing);
    void caption;
    void name;
    const plays =
        thing.kind === "photograph" ||
        (thing.kind === "film" && thing.copyAfter === undefined) ||
        thing.kind === "sound" ||
        thing.kind === "text";
    return {
        ...brief,
        width: 4032,
        height: 3024,
        ...(thing.dateText ? { date_text: thing.dateText } : {}),
        date_source: thing.date ? "original" : "",
        kept: "2025-03-15T10:00:00Z",
        kept_from: "Joren’s phone",
        let_go: thing.letGo,
        just_kept: thing.justKept,
        captions: thing.caption ? [thing.caption] : [],
        place: thing.place === null ? null : { name: thing.place },
        people: people.filter((person) => thing.people.includes(person.id)),
        found: { camera: "iPhone 8" },
        ...(thing.kind === "film" || thing.kind === "sound" || thing.isMotion
            ? { moves: true }
            : {}),
        files: [
            {
                name: thing.name,
                folder: "DCIM",
                bytes: thing.kind === "text" ? 46 : 2_400_000,
                sha256: "0".repeat(64),
                kind: thing.kind,
                type: "image/jpeg",
                plays,
                width: 4032,
                height: 3024,
            },
        ],
        moments,
        cover: thing.cover,
        own_cover: thing.ownCovers.get(me) ?? null,
        leave_open: thing.leaveOpen.has(me),
    };
}

export function card(
    moment: FakeMoment,
    isCovered: boolean,
    me: string,
    front: Shown | undefined,
    counts: Record<string, number>,
): MomentCard {
    return {
        id: moment.id,
        name: moment.name,
        date: "",
        ...(moment.dateText ? { date_text: moment.dateText } : {}),
        ...(front && !("covered" in front) && !isCovered ? { front } : {}),
        covered: isCovered
            ? {
                  line: moment.cover ?? "",
                  counts,
                  ...(moment.coverBy ? { by: moment.coverBy } : {}),
                  ...(moment.coverMore ? { more: moment.coverMore } : {}),
              }
            : null,
        quiet: moment.quiet.has(me),
    };
}

export function wholeMoment(
    moment: FakeMoment,
    made: MomentCard,
    people: Person[],
    me: string,
): Moment {
    if (made.covered)
        return { id: made.id, name: made.name, covered: made.covered, quiet: made.quiet };
    return {
        ...made,
        people: people.filter((person) => moment.people.includes(person.id)),
        stories: moment.story ? [moment.story] : [],
        items: moment.items.length,
        cover: moment.cover,
        own_cover: null,
        leave_open: moment.leaveOpen.has(me),
    };
}
