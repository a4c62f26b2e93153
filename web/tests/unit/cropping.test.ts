import assert from "node:assert/strict";
import { test } from "node:test";

import {
    isWhole,
    kLeast,
    kWhole,
    movedBy,
    reachOf,
    sideAt,
    turnedRight,
    withSide,
    type Side,
} from "../../src/lib/cropping.ts";

const kSides: Side[] = ["left", "top", "right", "bottom"];

test("a side goes where it is put, never outside and never past the one across", () => {
    for (const side of kSides) {
        for (const at of [-500, 0, 333.4, 500, 1000, 2000]) {
            let crop = withSide(kWhole, side, at);
            for (const other of kSides) crop = withSide(crop, other, at);
            assert.ok(crop.x >= 0 && crop.y >= 0, JSON.stringify(crop));
            assert.ok(crop.x + crop.width <= 1000 && crop.y + crop.height <= 1000);
            assert.ok(crop.width >= kLeast && crop.height >= kLeast);
            assert.ok(Object.values(crop).every(Number.isInteger));
        }
    }
    const some = withSide(withSide(kWhole, "left", 200), "bottom", 700);
    assert.deepEqual(some, { x: 200, y: 0, width: 800, height: 700 });
    assert.equal(sideAt(some, "right"), 1000);
    assert.deepEqual(reachOf(some, "right"), [200 + kLeast, 1000]);
});

test("a part that is moved keeps its size and stays within", () => {
    const part = { x: 200, y: 300, width: 400, height: 500 };
    assert.deepEqual(movedBy(part, 900, -900), { ...part, x: 600, y: 0 });
    assert.deepEqual(movedBy(part, -50, 20), { ...part, x: 150, y: 320 });
});

test("four quarter turns give back the same part", () => {
    const part = { x: 100, y: 200, width: 300, height: 400 };
    assert.deepEqual(turnedRight(part), { x: 400, y: 100, width: 400, height: 300 });
    assert.deepEqual(turnedRight(turnedRight(turnedRight(turnedRight(part)))), part);
    assert.ok(isWhole(turnedRight(kWhole)));
});
