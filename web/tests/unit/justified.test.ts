import assert from "node:assert/strict";
import { test } from "node:test";

import {
    itemBeside,
    layOut,
    placesIn,
    rowAt,
    rowOfItem,
    type Section,
} from "../../src/lib/justified.ts";

const measure = { width: 1200, target: 198, gap: 6, firstHead: 70, head: 78 };

function random(seed: number): () => number {
    let state = seed;
    return () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state / 2 ** 32;
    };
}

function someItems(
    count: number,
    sections: number,
    seed: number,
): { ratios: Uint16Array; parts: Section[] } {
    const next = random(seed);
    const ratios = Uint16Array.from({ length: count }, () => Math.floor(next() * next() * 4000));
    const parts: Section[] = [];
    for (let start = 0, at = 0; at < sections; at += 1) {
        const end =
            at === sections - 1
                ? count
                : Math.min(count, start + Math.floor((next() * 2 * count) / sections));
        parts.push({ start, count: end - start });
        start = end;
    }
    return { ratios, parts };
}

test("every item stands in one row, in order, and rows do not overlap", () => {
    for (let seed = 1; seed <= 50; seed += 1) {
        const { ratios, parts } = someItems(700, 12, seed);
        const rows = layOut(ratios, parts, measure);
        let item = 0;
        for (let row = 0; row < rows.count; row += 1) {
            assert.equal(rows.first[row], item, `seed ${seed}`);
            item = rows.first[row + 1]!;
            if (row > 0)
                assert.ok(
                    rows.top[row]! >= rows.top[row - 1]! + rows.height[row - 1]! - 0.01,
                    `seed ${seed}`,
                );
        }
        assert.equal(item, 700);
    }
});

test("full rows end at the edge and are of about the target height; the last row of a month is not stretched", () => {
    for (let seed = 1; seed <= 50; seed += 1) {
        const { ratios, parts } = someItems(500, 4, seed);
        const rows = layOut(ratios, parts, measure);
        for (let row = 0; row < rows.count; row += 1) {
            const places = placesIn(rows, row);
            const last = places.at(-1);
            if (!last) continue;
            const isLastOfMonth = parts.some(
                (part) => part.start + part.count === rows.first[row + 1],
            );
            const end = last.start + last.width;
            assert.ok(end <= measure.width + 24, `seed ${seed}: ${end}`);
            if (isLastOfMonth) assert.ok(rows.height[row]! <= measure.target + 0.01);
            else {
                assert.ok(end >= measure.width - 1, `seed ${seed}: ${end}`);
                assert.ok(
                    rows.height[row]! > measure.target / 2.5 &&
                        rows.height[row]! < measure.target * 2.5,
                );
            }
        }
    }
});

test("an item's row and the row at a height are found", () => {
    const { ratios, parts } = someItems(2000, 9, 7);
    const rows = layOut(ratios, parts, measure);
    for (let item = 0; item < 2000; item += 13) {
        const row = rowOfItem(rows, item);
        assert.ok(rows.first[row]! <= item && item < rows.first[row + 1]!);
        assert.equal(rowAt(rows, rows.top[row]! + 1), row);
    }
    assert.equal(rowAt(rows, -500), 0);
    assert.equal(rowAt(rows, rows.totalHeight + 500), rows.count - 1);
});

test("Down and Up lead to a neighbour in the next row, also over a month's head", () => {
    const { ratios, parts } = someItems(400, 6, 3);
    const rows = layOut(ratios, parts, measure);
    for (let item = 0; item < 400; item += 1) {
        const below = itemBeside(rows, item, 1);
        if (below === item) assert.equal(rowOfItem(rows, item), rows.count - 1);
        else assert.ok(rowOfItem(rows, below) > rowOfItem(rows, item));
    }
    assert.equal(itemBeside(rows, 0, -1), 0);
});

test("nothing, and one of each extreme", () => {
    assert.equal(layOut([], [], measure).count, 0);
    const rows = layOut([0, 1, 65535, 1000], [{ start: 0, count: 4 }], measure);
    for (let row = 0; row < rows.count; row += 1)
        for (const place of placesIn(rows, row))
            assert.ok(place.width >= 24 && place.start + place.width <= 1224);
});

// How long that takes is measured in a browser (bench.ts): no task there is over 50 ms.
test("rule 30: of 300,000 items with 70,000 in one month each is looked at a few times only", () => {
    let looks = 0;
    const ratios = new Proxy<ArrayLike<number>>(
        { length: 300_000 },
        {
            get: (all, at) => {
                if (at === "length") return all.length;
                looks += 1;
                return 600 + ((Number(at) * 7919) % 1200);
            },
        },
    );
    const parts: Section[] = [{ start: 0, count: 70_000 }];
    for (let start = 70_000; start < 300_000; start += 1000) parts.push({ start, count: 1000 });
    const rows = layOut(ratios, parts, measure);
    assert.equal(rows.first[rows.count], 300_000);
    assert.ok(looks <= 4 * 300_000, `${looks}`);
});
