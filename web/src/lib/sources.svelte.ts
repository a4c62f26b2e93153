import { api } from "../api/client.ts";
import type { Id, Items, Shown, Timeline } from "../api/types.ts";
import type { Section } from "./justified.ts";

/** Items in an order, of which only the ones in view are held: what a grid and the viewer show. */
export interface ItemSource {
    readonly count: number;
    /** thousandths; 0: none */
    readonly ratios: ArrayLike<number>;
    readonly sections: readonly Section[];
    /** dates of the sections, in the same order; empty where the grid has no heads */
    readonly dates: readonly string[];
    /** changes when the order or the proportions did */
    readonly layout: number;
    /** The item if it is here; reading it in a template follows its arrival. */
    item(index: number): Shown | undefined;
    /** Fetch these, if they are not here. */
    need(from: number, to: number): void;
    /** Waits for one of them. */
    arrive(index: number): Promise<Shown | undefined>;
    indexOf(id: Id): Promise<number>;
}

const kPage = 200;
/** 8,000 items, some megabytes at most; the pages used longest ago are dropped. */
const kMostPages = 40;
const kShapesAtOnce = 100_000;
/** So long something is still drawn of which it may be that somebody covered it or let it go. */
const kMostStaleMs = 1000;

/** Pages of items by number, fetched as they are needed and bounded. */
class Pages {
    arrived = $state(0);
    private pages = new Map<number, Shown[]>();
    /** what is in view and asked for anew: drawn until that has come */
    private readonly stale = new Map<number, Shown[]>();
    private staleTimer: ReturnType<typeof setTimeout> | undefined;
    private wanted: [from: number, to: number] | undefined;
    private coming = new Map<number, Promise<void>>();
    private cleared = 0;
    private readonly fetchPage: (first: number, count: number) => Promise<Shown[]>;

    constructor(fetchPage: (first: number, count: number) => Promise<Shown[]>) {
        this.fetchPage = fetchPage;
    }

    clear(): void {
        this.forgetStale();
        this.askAnew();
    }

    /** All of it is asked for anew; what is in view is drawn for a moment longer. */
    renew(): void {
        for (const page of this.inView()) {
            const items = this.pages.get(page);
            if (items) this.stale.set(page, items);
        }
        if (this.stale.size > 0)
            this.staleTimer ??= setTimeout(() => this.dropStale(), kMostStaleMs);
        this.askAnew();
    }

    dropStale(): void {
        this.forgetStale();
        this.arrived += 1;
    }

    private forgetStale(): void {
        this.stale.clear();
        clearTimeout(this.staleTimer);
        this.staleTimer = undefined;
    }

    private inView(): number[] {
        if (!this.wanted) return [];
        const [from, to] = this.wanted;
        const first = Math.floor(from / kPage);
        const last = Math.floor(Math.max(from, to - 1) / kPage);
        return Array.from({ length: last - first + 1 }, (_, at) => first + at);
    }

    private askAnew(): void {
        this.pages.clear();
        this.coming.clear();
        this.cleared += 1;
        this.arrived += 1;
        if (this.wanted) this.need(...this.wanted);
    }

    item(index: number): Shown | undefined {
        void this.arrived;
        const page = Math.floor(index / kPage);
        return (this.pages.get(page) ?? this.stale.get(page))?.[index % kPage];
    }

    need(from: number, to: number): void {
        this.wanted = [from, to];
        for (const page of this.inView()) void this.page(page).catch(() => {});
    }

    async arrive(index: number): Promise<Shown | undefined> {
        // What was fetched while everything was cleared does not count: it is asked for again.
        for (let attempt = 0; attempt < 4; attempt += 1) {
            const { cleared } = this;
            await this.page(Math.floor(index / kPage));
            if (cleared === this.cleared) break;
        }
        return this.pages.get(Math.floor(index / kPage))?.[index % kPage];
    }

    private page(page: number): Promise<void> {
        const here = this.pages.get(page);
        if (here) {
            // The one used last stands last.
            this.pages.delete(page);
            this.pages.set(page, here);
            return Promise.resolve();
        }
        const coming = this.coming.get(page);
        if (coming) return coming;
        const fetching: Promise<void> = this.fetchPage(page * kPage, kPage)
            .then((items) => {
                if (this.coming.get(page) !== fetching) return;
                this.pages.set(page, items);
                this.stale.delete(page);
                if (this.stale.size === 0) this.forgetStale();
                for (const oldest of this.pages.keys()) {
                    if (this.pages.size <= kMostPages) break;
                    this.pages.delete(oldest);
                }
                this.arrived += 1;
            })
            .finally(() => {
                if (this.coming.get(page) === fetching) this.coming.delete(page);
            });
        this.coming.set(page, fetching);
        return fetching;
    }
}

export class TimelineSource implements ItemSource {
    count = $state(0);
    layout = $state(0);
    isLoaded = $state(false);
    ratios: Uint16Array = new Uint16Array();
    sections: Section[] = [];
    dates: string[] = [];
    private revision = "";
    private pages = new Pages((first, count) => this.fetchPage(first, count));
    private loading: Promise<void> | undefined;

    /** The outline and all proportions: 600 KB for 300,000 items. */
    load(): Promise<void> {
        this.loading ??= this.loadOutline().finally(() => {
            this.loading = undefined;
        });
        return this.loading;
    }

    private async loadOutline(): Promise<void> {
        // A change while it is being read begins it anew; after three the last one stands.
        for (let attempt = 0; ; attempt += 1) {
            const [timeline, shapes] = await Promise.all([
                api.timeline(),
                api.timelineShapes(0, kShapesAtOnce),
            ]);
            const ratios = new Uint16Array(timeline.items);
            put(ratios, 0, shapes.shapes);
            const rest: Promise<boolean>[] = [];
            for (let first = kShapesAtOnce; first < timeline.items; first += kShapesAtOnce) {
                rest.push(
                    api.timelineShapes(first, kShapesAtOnce).then((more) => {
                        put(ratios, first, more.shapes);
                        return more.revision === timeline.revision;
                    }),
                );
            }
            const isOne =
                shapes.revision === timeline.revision && (await Promise.all(rest)).every(Boolean);
            if (isOne || attempt === 2) {
                this.take(timeline, ratios);
                return;
            }
        }
    }

    private take(timeline: Timeline, ratios: Uint16Array): void {
        if (this.isLoaded && timeline.revision === this.revision) return;
        this.revision = timeline.revision;
        this.ratios = ratios;
        this.sections = timeline.sections.map((one) => ({ start: one.first, count: one.items }));
        this.dates = timeline.sections.map((one) => one.date);
        // The same number of items: most stand where they stood.
        if (timeline.items === this.count) this.pages.renew();
        else this.pages.clear();
        this.count = timeline.items;
        this.isLoaded = true;
        this.layout += 1;
    }

    private async fetchPage(first: number, count: number): Promise<Shown[]> {
        const answer = await api.timelineItems(first, count);
        if (answer.revision !== this.revision) void this.load();
        return answer.items;
    }

    /** Covers, words or people changed: what is held goes, and is fetched again. */
    refresh(): void {
        this.pages.clear();
    }

    /** Something changed, and nobody says what: what is held is fetched again, and drawn until it has come. */
    renew(): void {
        this.pages.renew();
    }

    /** It may have been a cover that changed: nothing is drawn that is not known to be open. */
    drawNothingStale(): void {
        this.pages.dropStale();
    }

    item(index: number): Shown | undefined {
        return this.pages.item(index);
    }

    need(from: number, to: number): void {
        this.pages.need(from, to);
    }

    async arrive(index: number): Promise<Shown | undefined> {
        if (!this.isLoaded) await this.load();
        return this.pages.arrive(index);
    }

    async indexOf(id: Id): Promise<number> {
        return (await api.timelineNumber(id)).number;
    }
}

function put(into: Uint16Array, first: number, shapes: ArrayBuffer): void {
    const view = new DataView(shapes);
    const count = Math.min(view.byteLength >> 1, into.length - first);
    for (let index = 0; index < count; index += 1)
        into[first + index] = view.getUint16(index * 2, true);
}

/** What is listed with its proportions: a moment's items, what was found. */
export class ListSource implements ItemSource {
    count = $state(0);
    total = $state(0);
    layout = $state(0);
    isLoaded = $state(false);
    ratios: number[] = [];
    sections: Section[] = [];
    readonly dates: string[] = [];
    private items = $state.raw<Shown[]>([]);
    private readonly fetchItems: (first: number, count: number) => Promise<Items>;

    constructor(fetchItems: (first: number, count: number) => Promise<Items>) {
        this.fetchItems = fetchItems;
    }

    /** The first ones, or as many as were shown before. */
    async load(): Promise<Items> {
        const answer = await this.fetchItems(0, Math.min(1000, Math.max(kPage, this.items.length)));
        this.take(answer.items, answer.total);
        return answer;
    }

    async loadMore(): Promise<void> {
        const answer = await this.fetchItems(this.items.length, kPage);
        this.take([...this.items, ...answer.items], answer.total);
    }

    private take(items: Shown[], total: number): void {
        this.items = items;
        this.ratios = items.map((item) => item.ratio ?? 0);
        this.sections = items.length > 0 ? [{ start: 0, count: items.length }] : [];
        this.count = items.length;
        this.total = total;
        this.isLoaded = true;
        this.layout += 1;
    }

    get all(): readonly Shown[] {
        return this.items;
    }

    item(index: number): Shown | undefined {
        return this.items[index];
    }

    need(_from: number, to: number): void {
        if (to >= this.items.length && this.items.length < this.total)
            void this.loadMore().catch(() => {});
    }

    arrive(index: number): Promise<Shown | undefined> {
        return Promise.resolve(this.items[index]);
    }

    indexOf(id: Id): Promise<number> {
        return Promise.resolve(this.items.findIndex((item) => item.id === id));
    }
}
