import assert from "node:assert/strict";
import { test } from "node:test";

import { partsOf, readDate, wordsOfDate } from "../../src/lib/dates.ts";

test("a date is as exact as it is known", () => {
    assert.equal(wordsOfDate("1987", "en-GB"), "1987");
    assert.equal(wordsOfDate("2016-07", "en-GB"), "July 2016");
    assert.equal(wordsOfDate("2019-03-14", "en-GB"), "14 March 2019");
    assert.equal(wordsOfDate("2019-03-14", "de-DE"), "14. März 2019");
    assert.equal(wordsOfDate("0987-01-02", "en-GB"), "2 January 987");
    assert.equal(wordsOfDate("nothing", "en-GB"), "");
});

test("the clock is that of the picture, whatever zone the browser is in", () => {
    assert.match(
        wordsOfDate("2019-03-14T00:30:00+13:00", "en-GB", true),
        /^14 March 2019.*00:30$/u,
    );
    assert.deepEqual(partsOf("2019-03-14T23:59:59Z"), {
        year: 2019,
        month: 3,
        day: 14,
        hour: 23,
        minute: 59,
    });
});

test("what a person types is understood, and their words are kept", () => {
    const read = (typed: string) => readDate(typed, ["en-GB", "de-DE"]);
    assert.equal(read("about 1987")?.at, "1987");
    assert.equal(read("about 1987")?.about, true);
    assert.equal(read("um 1987")?.about, true);
    assert.equal(read("14 March 2019")?.at, "2019-03-14");
    assert.equal(read("14. März 2019")?.at, "2019-03-14");
    assert.equal(read("March 14, 2019")?.at, "2019-03-14");
    assert.equal(read("14.3.2019")?.at, "2019-03-14");
    assert.equal(read("2019-3-4")?.at, "2019-03-04");
    assert.equal(read("summer 1974")?.at, "1974");
    assert.equal(read("summer 1974")?.text, "summer 1974");
    assert.equal(read("Mar 2019")?.at, "2019-03");
    assert.equal(read("31 February 2019")?.at, "2019-02");
    assert.equal(read("when we lived at Urke"), undefined);
    assert.equal(read("  "), undefined);
});
