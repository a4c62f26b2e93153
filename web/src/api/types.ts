/** What the server says, as docs/api/openapi.yaml describes it. */

export type Id = string;
export type Kind =
    | "photograph"
    | "drawing"
    | "film"
    | "sound"
    | "document"
    | "text"
    | "medical"
    | "sidecar"
    | "other"
    | "unread";

export interface State {
    state: "none" | "locked" | "open" | "gone";
    version: string;
    /** whether an archive of others may be looked for on this computer */
    may_choose: boolean;
    folder?: string;
}

export interface Person {
    id: Id;
    name: string;
    quiet: boolean;
}

export interface Session {
    person: Person | null;
    archive: string;
    locks_after_minutes: number;
    may_write: boolean;
}

export interface Settings {
    language: string;
    theme: "" | "light" | "dark";
    shortcuts: boolean;
    locks_after_minutes: number;
    place: string;
}

export interface Timeline {
    revision: string;
    items: number;
    sections: { date: string; first: number; items: number }[];
}

export interface Cover {
    line: string;
    more?: string;
    by?: string;
    kind: Kind;
    minutes?: number;
    pages?: number;
    /** it is covered as a part of this moment: that is what Look opens */
    moment?: Id;
}

export interface Covered {
    id: Id;
    ratio?: number;
    covered: Cover;
}

export interface Crop {
    x: number;
    y: number;
    width: number;
    height: number;
}

export interface Listed {
    id: Id;
    kind: Kind;
    v?: string;
    ratio?: number;
    date: string;
    about?: boolean;
    perhaps?: boolean;
    seconds?: number;
    pages?: number;
    frames?: number;
    rotation?: 90 | 180 | 270;
    crop?: Crop;
    caption?: string;
    name?: string;
    /** of what was let go: until when it can be brought back */
    until?: string;
}

export type Shown = Listed | Covered;

export function isCovered(item: Shown | Item): item is Covered {
    return "covered" in item;
}

export interface TimelineItems {
    revision: string;
    first: number;
    items: Shown[];
}

/** Items whose originals a check found damaged or missing; of `originals` not all belong to such as are listed. */
export interface Damaged {
    total: number;
    first: number;
    items: Shown[];
    originals: number;
}

export interface Items {
    total: number;
    first: number;
    items: Shown[];
    /** of Find: moments whose names fit */
    moments?: MomentCard[];
}

export interface PlaceOnEarth {
    name?: string;
    latitude?: number;
    longitude?: number;
}

export interface OriginalFile {
    name: string;
    folder: string;
    bytes: number;
    sha256: string;
    kind: Kind;
    type: string;
    format?: string;
    plays: boolean;
    width?: number;
    height?: number;
    seconds?: number;
    modified?: string;
}

export interface Found {
    camera?: string;
    lens?: string;
    title?: string;
    caption?: string;
    author?: string;
    keywords?: string[];
    people?: string[];
    place?: PlaceOnEarth;
    software?: string;
    waveform?: number[];
}

export interface Item extends Omit<Listed, "caption" | "name"> {
    width?: number;
    height?: number;
    date_to?: string;
    date_text?: string;
    date_source: string;
    kept: string;
    kept_from?: string;
    let_go: boolean;
    just_kept: boolean;
    captions: string[];
    place: PlaceOnEarth | null;
    people: Person[];
    found?: Found;
    files: OriginalFile[];
    /** there is something to play, also inside of a photograph */
    moves?: boolean;
    moments: Id[];
    cover: string | null;
    own_cover: string | null;
    leave_open: boolean;
}

export interface DateChange {
    from: string;
    to?: string;
    about?: boolean;
    text?: string;
}

export interface ItemChange {
    caption?: string | null;
    date?: DateChange | null;
    place?: PlaceOnEarth | null;
    people?: Id[];
    rotation?: 0 | 90 | 180 | 270;
    crop?: Crop | null;
}

export interface CoverChange {
    line: string;
    more?: string;
    own?: boolean;
}

export interface JustKeptItem {
    id: Id;
    kind: Kind;
    kept: string;
    from: string;
    name?: string;
    v?: string;
    ratio?: number;
    seconds?: number;
    covered: boolean;
}

export interface JustKept {
    total: number;
    first: number;
    items: JustKeptItem[];
}

export interface MomentCover {
    line: string;
    more?: string;
    by?: string;
    counts: Partial<Record<Kind | "story", number>>;
}

export interface MomentCard {
    id: Id;
    name: string;
    date: string;
    date_to?: string;
    date_text?: string;
    front?: Listed;
    covered: MomentCover | null;
    quiet: boolean;
}

export interface Moment {
    id: Id;
    name: string;
    covered: MomentCover | null;
    quiet: boolean;
    date?: string;
    date_to?: string;
    date_text?: string;
    people?: Person[];
    stories?: string[];
    front?: Listed;
    items?: number;
    cover?: string | null;
    own_cover?: string | null;
    leave_open?: boolean;
}

export interface MomentChange {
    name?: string | null;
    date?: Omit<DateChange, "about"> | null;
    people?: Id[];
    front?: Id | null;
}

export interface StoryVersion {
    version: string;
    date: string;
    device: string;
    person: Person | null;
    stands: boolean;
    /** null: it is not in this copy */
    text?: string | null;
}

export interface Story {
    versions: number;
    /** oldest first; several where two devices wrote at once */
    standing: StoryVersion[];
    items: Shown[];
}

export interface StoryChange {
    text: string;
    follows: string[];
    person: Id | null;
    /** the mark of the draft that this was */
    ends_draft?: string;
}

export interface Draft {
    text: string;
    follows: string[];
    saved: string;
    mark: string;
}

export interface Quiet {
    people: Person[];
    /** "03-14" */
    dates: string[];
    moments: { id: Id; name: string }[];
}

export interface CopyOfArchive {
    same_disk: boolean;
    seen: string;
    checked: string | null;
    damaged: number;
    missing: number;
}

export interface Care {
    originals: number;
    bytes: number;
    unprotected: number;
    damaged: number;
    missing: number;
    other_places: number;
    other_folders: number;
    checked: string | null;
    other_seen: string | null;
    let_go: number;
    just_kept: number;
    /** others, the one seen last first */
    copies: CopyOfArchive[];
    restored?: { date: string; originals: number };
}

export interface Check {
    state: "none" | "running" | "sound" | "damaged" | "stopped";
    what: "check" | "restore";
    files_done: number;
    files_total: number;
    bytes_done: number;
    bytes_total: number;
    damaged: number;
    missing: number;
    healed: number;
    message: string;
}

export interface Keep {
    id: Id;
    largest_bytes: number;
}

export type FileState = "arriving" | "waiting" | "kept" | "already" | "failed";

export interface KeepReport {
    id: Id;
    arriving: number;
    waiting: number;
    kept: number;
    already: number;
    failed: number;
    bytes: number;
    files: {
        upload: string;
        name: string;
        state: FileState;
        bytes: number;
        offset?: number;
        why?: string;
        /** of what waits for room */
        free?: number;
        item?: Id;
    }[];
}
