/** Rows of pictures of equal height, each picture in its own proportions, the months one after another.
 *
 * Pure arithmetic over typed arrays: 300,000 items take some 10 ms and 5 MB. Positions are CSS pixels from
 * the top of the grid. A row is either a section's head (no items) or items.
 */

export interface Section {
    /** index of the first item */
    start: number;
    count: number;
}

export interface GridMeasure {
    width: number;
    /** the height that rows aim at */
    target: number;
    gap: number;
    /** heights of the heads; 0: sections have none */
    firstHead: number;
    head: number;
}

export interface GridRows {
    count: number;
    /** `first[r]` to `first[r + 1]` are the items of row r: none in a head. Has count + 1 entries. */
    first: Int32Array;
    top: Float64Array;
    height: Float32Array;
    /** the section that a head stands over, or that the items are of */
    section: Int32Array;
    totalHeight: number;
    measure: GridMeasure;
    ratios: ArrayLike<number>;
}

/** Proportions come in thousandths; what is not known is shown as a plain card. */
export const kUnknownRatio = 1;
/** Narrower or wider than this is shown whole within a place of these proportions, so that it can be pressed. */
export const kNarrowest = 0.3;
export const kWidest = 6;

export function ratioOf(ratios: ArrayLike<number>, item: number): number {
    const thousandths = ratios[item] ?? 0;
    if (thousandths === 0) return kUnknownRatio;
    return Math.min(kWidest, Math.max(kNarrowest, thousandths / 1000));
}

/** Requires: sections in order, together all of the ratios. */
export function layOut(
    ratios: ArrayLike<number>,
    sections: readonly Section[],
    measure: GridMeasure,
): GridRows {
    const most = ratios.length + sections.length + 1;
    const first = new Int32Array(most + 1);
    const top = new Float64Array(most);
    const height = new Float32Array(most);
    const section = new Int32Array(most);
    const { width, target, gap } = measure;
    let row = 0;
    let y = 0;
    sections.forEach((one, index) => {
        const head = index === 0 ? measure.firstHead : measure.head;
        if (head > 0) {
            first[row] = one.start;
            top[row] = y;
            height[row] = head;
            section[row] = index;
            y += head;
            row += 1;
        }
        const end = one.start + one.count;
        let item = one.start;
        while (item < end) {
            const from = item;
            let sum = 0;
            let high = Number.POSITIVE_INFINITY;
            while (item < end) {
                const next = sum + ratioOf(ratios, item);
                const heightWith = (width - gap * (item - from)) / next;
                if (heightWith <= target && item > from) {
                    // With this one the row gets lower than the target: take it if that is nearer.
                    if (target / heightWith < high / target) {
                        sum = next;
                        high = heightWith;
                        item += 1;
                    }
                    break;
                }
                sum = next;
                high = heightWith;
                item += 1;
                if (heightWith <= target) break;
            }
            // The last row of a section is not stretched.
            const isLast = item === end;
            const rowHeight = Math.max(24, isLast ? Math.min(high, target) : high);
            first[row] = from;
            top[row] = y;
            height[row] = rowHeight;
            section[row] = index;
            y += rowHeight + gap;
            row += 1;
        }
    });
    first[row] = ratios.length;
    return {
        count: row,
        first: first.slice(0, row + 1),
        top: top.slice(0, row),
        height: height.slice(0, row),
        section: section.slice(0, row),
        totalHeight: y,
        measure,
        ratios,
    };
}

/** The last row whose top is at most y (the first row for anything above). */
export function rowAt(rows: GridRows, y: number): number {
    let low = 0;
    let high = rows.count - 1;
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((rows.top[middle] as number) <= y) low = middle;
        else high = middle - 1;
    }
    return low;
}

/** The row that holds an item. */
export function rowOfItem(rows: GridRows, item: number): number {
    let low = 0;
    let high = rows.count - 1;
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((rows.first[middle] as number) <= item) low = middle;
        else high = middle - 1;
    }
    return low;
}

export interface Place {
    item: number;
    start: number;
    width: number;
}

/** Where the items of a row stand, on whole pixels; a full row ends exactly at the grid's edge. */
export function placesIn(rows: GridRows, row: number): Place[] {
    const from = rows.first[row] as number;
    const to = rows.first[row + 1] as number;
    const { gap, width } = rows.measure;
    const height = rows.height[row] as number;
    const places: Place[] = [];
    let x = 0;
    for (let item = from; item < to; item += 1) {
        const wide = ratioOf(rows.ratios, item) * height;
        const start = Math.round(x);
        const end = Math.min(Math.round(x + wide), Math.floor(width));
        places.push({ item, start, width: Math.max(24, end - start) });
        x += wide + gap;
    }
    return places;
}

/** The item above (-1) or below (1) whose middle is nearest; the same item at the edge. */
export function itemBeside(rows: GridRows, item: number, step: -1 | 1): number {
    const row = rowOfItem(rows, item);
    const here = placesIn(rows, row).find((place) => place.item === item);
    if (!here) return item;
    let other = row + step;
    while (other >= 0 && other < rows.count && rows.first[other] === rows.first[other + 1])
        other += step;
    if (other < 0 || other >= rows.count) return item;
    const middle = here.start + here.width / 2;
    let best = item;
    let least = Number.POSITIVE_INFINITY;
    for (const place of placesIn(rows, other)) {
        const away = Math.abs(place.start + place.width / 2 - middle);
        if (away < least) {
            least = away;
            best = place.item;
        }
    }
    return best;
}
