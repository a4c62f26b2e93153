import assert from "node:assert/strict";
import { test } from "node:test";

import { fitIn, poseIn } from "../../src/lib/turned.ts";
import { hang } from "../../src/lib/wall.ts";

test("moments hang in rows of equal height, in their own proportions, in the family's order", () => {
    const things = [1.5, 1, 0.8, 0.8, 1.778, 1.5, 0.665, 1.25, 1.532].map((ratio, thing) => ({
        thing,
        ratio,
    }));
    const rows = hang(things, 1296, 300, 24);
    assert.deepEqual(
        rows.flatMap((row) => row.things.map((one) => one.thing)),
        [0, 1, 2, 3, 4, 5, 6, 7, 8],
    );
    for (const row of rows) {
        const height = (1296 - 24 * (row.things.length - 1)) / row.ratio;
        assert.ok(height > 150 && height <= 340, String(height));
    }
});

test("turning and cropping fill the frame", () => {
    assert.deepEqual(poseIn(300, 200, 0), { left: 0, top: 0, width: 300, height: 200, turn: 0 });
    assert.deepEqual(poseIn(200, 300, 90), {
        left: -50,
        top: 50,
        width: 300,
        height: 200,
        turn: 90,
    });
    const half = poseIn(100, 100, 0, { x: 500, y: 0, width: 500, height: 500 });
    assert.deepEqual(half, { left: -100, top: 0, width: 200, height: 200, turn: 0 });
    assert.deepEqual(fitIn(1000, 500, 1500), { width: 750, height: 500 });
});
