import assert from "node:assert/strict";
import { test } from "node:test";

import { kTallestBox, ScrollFollower, ScrollMap } from "../../src/lib/scrolling.ts";

test("rule 30: the scroll box never exceeds 7.5 million px", () => {
    for (const height of [0, 1000, 6_000_000, 6_000_001, 15_000_000, 60_000_000, 1e9])
        assert.ok(new ScrollMap(height).boxHeight <= 7_500_000);
    assert.ok(kTallestBox <= 7_500_000);
});

test("box and content map onto each other, rising, and both ends are exact", () => {
    const map = new ScrollMap(15_300_000);
    let last = -1;
    for (let box = 0; box <= map.boxHeight; box += 9973) {
        const content = map.toContent(box);
        assert.ok(content > last);
        last = content;
        assert.ok(Math.abs(map.toBox(content) - box) < 0.01);
    }
    assert.equal(map.toContent(0), 0);
    assert.equal(map.toContent(1234), 1234);
    assert.equal(map.toContent(map.boxHeight), 15_300_000);
    assert.equal(map.contentHeight - map.toContent(map.boxHeight - 900), 900);
});

test("what fits is shown as it is", () => {
    const map = new ScrollMap(90_000);
    assert.ok(map.isExact);
    assert.equal(map.toContent(777), 777);
});

test("small movements go pixel for pixel, jumps in proportion, and at rest nothing is seen to move", () => {
    const follower = new ScrollFollower(new ScrollMap(15_300_000));
    follower.scrolledTo(3_000_000, 2000);
    assert.equal(Math.round(follower.content), 7_650_000);
    const before = follower.content;
    for (let step = 1; step <= 1000; step += 1) follower.scrolledTo(3_000_000 + step * 100, 2000);
    assert.equal(follower.content, before + 100_000);
    assert.ok(follower.hasDrifted(1));
    const content = follower.content;
    const box = follower.standAt(content);
    assert.equal(follower.content, content);
    assert.ok(!follower.hasDrifted(1));
    assert.ok(Math.abs(follower.map.toContent(box) - content) < 3);
});

test("the scroll bar's ends lead to the first and the last of all", () => {
    const follower = new ScrollFollower(new ScrollMap(60_000_000));
    follower.scrolledTo(follower.map.boxHeight - 800, 2000);
    assert.equal(follower.content, 60_000_000 - 800);
    follower.scrolledTo(0, 2000);
    assert.equal(follower.content, 0);
});
