import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import {
    itemsOf,
    joined,
    plain,
    textOf,
    textsOf,
    type Block,
    type Run,
} from "../../src/lib/story/blocks.ts";
import { compare, compareTexts, steps } from "../../src/lib/story/compare.ts";
import {
    atEnd,
    begun,
    emphasized,
    inserted,
    isText,
    joinedBack,
    joinedForward,
    moved,
    pasted,
    putBack,
    removed,
    replaced,
    split,
    turned,
    typed,
    united,
    type Text,
} from "../../src/lib/story/editing.ts";
import { History } from "../../src/lib/story/history.ts";
import { parseStory } from "../../src/lib/story/parse.ts";
import { storyText } from "../../src/lib/story/write.ts";

const kA = "1f2e3d4c5b6a7988";
const web = process.env.KEEPSAKE_WEB ?? process.cwd();

test("a story is read and written as the program does it", () => {
    const cases = JSON.parse(
        readFileSync(join(web, "..", "tests", "stories", "cases.json"), "utf8"),
    ) as { markdown: string; blocks: Block[]; written: string }[];
    assert.ok(cases.length > 50);
    for (const { markdown, blocks, written } of cases) {
        assert.deepEqual(parseStory(markdown), blocks, markdown);
        assert.equal(storyText(blocks), written, markdown);
    }
});

/** Numbers that look random and are the same every time. */
function numbers(seed: number): (below: number) => number {
    let at = seed;
    return (below) => {
        at = (Math.imul(at, 1664525) + 1013904223) >>> 0;
        return Math.floor((at / 2 ** 32) * below);
    };
}

function anyRuns(next: (below: number) => number): Run[] {
    const pieces = [
        "a",
        "*",
        " ",
        "\\",
        "\n",
        "b c",
        "#",
        ">",
        "- ",
        "![](item:",
        "é",
        "**",
        "1.",
        "— ",
        "-- ",
    ];
    return joined(
        Array.from({ length: 1 + next(4) }, () => ({
            text: Array.from({ length: 1 + next(4) }, () => pieces[next(pieces.length)]).join(""),
            em: next(3) === 0,
            strong: next(3) === 0,
        })),
    );
}

function anyBlock(next: (below: number) => number): Block {
    const flat = (runs: Run[]) =>
        runs.map((run) => ({ ...run, text: run.text.replaceAll("\n", " ") }));
    const texts = (least = 1) => Array.from({ length: least + next(3) }, () => anyRuns(next));
    switch (next(6)) {
        case 0:
            return { is: "heading", runs: flat(anyRuns(next)) };
        case 1:
            return {
                is: "quotation",
                texts: texts(0),
                source: next(2) === 0 ? anyRuns(next) : [],
            };
        case 2:
            return { is: "list", texts: texts() };
        case 3:
            return { is: "items", ids: [kA, kA].slice(next(2)) };
        case 4:
            return { is: "space" };
        default:
            return { is: "paragraph", runs: anyRuns(next) };
    }
}

const bare = (runs: readonly Run[]) => textOf(runs).replace(/\s+/gu, "");
const isSomething = (block: Block) =>
    !isText(block) || textsOf(block).some((runs) => bare(runs) !== "");

/** What a block is, and of a quotation what is said, and by whom. */
function kindOf(block: Block): string {
    if (block.is !== "quotation") return block.is;
    return JSON.stringify({
        said: block.texts.map(bare).filter(Boolean),
        source: bare(block.source),
    });
}

test("whatever is written in the editor is read again with the same words, each in its kind", () => {
    for (let seed = 1; seed <= 2000; seed += 1) {
        const next = numbers(seed);
        const blocks = Array.from({ length: 1 + next(5) }, () => anyBlock(next));
        const written = storyText(blocks);
        const read = parseStory(written);
        const words = (all: readonly Block[]) =>
            all.flatMap(textsOf).map(textOf).join(" ").replace(/\s+/gu, "");
        assert.equal(words(read), words(blocks), JSON.stringify(written));
        assert.deepEqual(itemsOf(read), itemsOf(blocks));
        assert.deepEqual(read.map(kindOf), blocks.filter(isSomething).map(kindOf), written);
        assert.equal(storyText(parseStory(storyText(read))), storyText(read));
    }
});

test("a hostile story is read in no more time than it is long", () => {
    const began = performance.now();
    for (const text of ["*a **b ", "![", "> ", " ", "# ", "\\", "- *", "[", "##"])
        parseStory(text.repeat(200_000) + "x");
    assert.ok(performance.now() - began < 20_000);
});

// ---- editing ----

function at(markdown: string, block: number, from: number, to = from, line = 0): Text {
    const text = begun(parseStory(markdown));
    return { ...text, place: { key: text.blocks[block]!.key, line, from, to } };
}

/** The story with "|" where the caret is. */
function seen(text: Text): string {
    const { key, line, from } = text.place;
    const marked = text.blocks.map((block): Block => {
        if (block.key !== key) return block;
        if (line < 0) return { is: "paragraph", runs: plain(`[${block.is}]`) };
        const lines = textsOf(block.is === "quotation" ? { ...block, source: plain("") } : block);
        const runs =
            block.is === "quotation" && line === block.texts.length
                ? block.source
                : (lines[line] ?? []);
        const words = textOf(runs);
        const now = plain(`${words.slice(0, from)}|${words.slice(from)}`);
        if (block.is === "quotation")
            return line === block.texts.length
                ? { ...block, source: now }
                : { ...block, texts: block.texts.map((one, i) => (i === line ? now : one)) };
        if (block.is === "list")
            return { ...block, texts: block.texts.map((one, i) => (i === line ? now : one)) };
        return { is: block.is as "paragraph", runs: now };
    });
    return storyText(marked).trim().replaceAll("\n\n", "/");
}

test("Enter begins the next block, and leaves a list, a quotation and a heading", () => {
    assert.equal(seen(split(at("He came.", 0, 3))), "He/|came.");
    assert.equal(seen(split(at("## Night", 0, 5))), "## Night/|");
    assert.equal(seen(split(at("## Night", 0, 0))), "## |Night");
    assert.equal(seen(split(at("- a", 0, 1))), "- a\n- |");
    assert.equal(seen(split(split(at("- a", 0, 1)))), "- a/|");
    assert.equal(seen(split(at("> a", 0, 1))), "> a\n>\n> |");
    assert.equal(seen(split(split(at("> a\n>\n> — b", 0, 1)))), "> a\n>\n> — b/|");
    assert.equal(seen(split(at("> a\n>\n> — b", 0, 1, 1, 1))), "> a\n>\n> — b/|");
    assert.equal(seen(split(at("one two", 0, 0, 4))), "|two");
    const quotation = begun([{ is: "quotation", texts: [[]], source: plain("Ana") }]);
    const behind = split(quotation);
    assert.deepEqual(behind.blocks[0], quotation.blocks[0], "who said it stays");
    assert.equal(behind.place.key, behind.blocks[1]!.key);
});

test("a quotation of which only the source is known has a place for its words", () => {
    assert.equal(seen(at(">\n> — Ana", 0, 0)), "> |\n>\n> — Ana");
    const said = replaced(at(">\n> — Ana", 0, 0), plain("Yes."));
    assert.equal(storyText(said.blocks), "> Yes.\n>\n> — Ana\n");
    assert.equal(storyText(begun(parseStory(">\n> — Ana")).blocks), ">\n> — Ana\n");
});

test("Backspace at the start joins, and makes a paragraph of what is none first", () => {
    assert.equal(seen(joinedBack(at("a\n\nb", 1, 0))), "a|b");
    assert.equal(seen(joinedBack(at("a\n\n## b", 1, 0))), "a/|b");
    assert.equal(seen(joinedBack(at("- a\n- b", 0, 0, 0, 1))), "- a|b");
    assert.equal(seen(joinedBack(at("- a\n- b", 0, 0))), "|a/- b");
    assert.equal(seen(joinedBack(at("> a\n>\n> — b", 0, 0))), "|a/b");
    assert.equal(seen(joinedBack(at("> a\n\nb", 1, 0))), "> a|b");
    assert.equal(
        seen(joinedBack(at(`![](item:${kA})\n\nb`, 1, 0))),
        "\\[items]/b".replace("\\", ""),
    );
    assert.equal(seen(joinedBack(at("a", 0, 0))), "|a");
});

test("Delete at the end joins with what follows", () => {
    assert.equal(seen(joinedForward(at("a\n\nb", 0, 1))), "a|b");
    assert.equal(seen(joinedForward(at("a\n\n## b", 0, 1))), "a|b");
    assert.equal(seen(joinedForward(at("- a\n- b", 0, 1))), "- a|b");
    assert.equal(seen(joinedForward(at("a\n\n***\n\nb", 0, 1))), "a/[space]/b");
});

test("what is put in stands behind the block, or in place of an empty paragraph", () => {
    const item: Block = { is: "items", ids: [kA] };
    assert.equal(seen(inserted(at("a\n\nb", 0, 1), [item])), `a/![](item:${kA})/|b`);
    assert.equal(seen(inserted(begun([]), [item])), `![](item:${kA})/|`);
    assert.equal(seen(inserted(at("a", 0, 1), [{ is: "heading", runs: [] }])), "a/## |");
    const text = inserted(at("a\n\nb", 0, 1), [item]);
    assert.equal(seen(removed(text, text.blocks[1]!.key)), "a/|b");
});

test("what was taken out comes back in its place, and what was written since stays", () => {
    const text = at("a\n\nb\n\nc", 1, 0);
    const { key } = text.blocks[1]!;
    const without = removed(text, key);
    const back = putBack(without, text.blocks, key);
    assert.deepEqual(back.blocks, text.blocks);
    assert.equal(seen(back), "a/|b/c");
    assert.equal(putBack(back, text.blocks, key), back, "once");
    const typedOn = replaced(without, plain("more "));
    assert.equal(seen(putBack(typedOn, text.blocks, key)), "a/|b/more c");
    const joinedOn = joinedBack(without);
    assert.equal(seen(putBack(joinedOn, text.blocks, key)), "ac/|b");
    const alone = at("a", 0, 0);
    const none = removed(alone, alone.blocks[0]!.key);
    assert.deepEqual(putBack(none, alone.blocks, alone.blocks[0]!.key).blocks, alone.blocks);
    const other = begun(parseStory("x\n\ny\n\nz"));
    assert.equal(seen(putBack(other, text.blocks, key)), "x/|b/y/z");
});

test("blocks move, and become others", () => {
    const text = at("a\n\nb\n\nc", 0, 0);
    const [a, , c] = text.blocks;
    assert.equal(seen(moved(text, a!.key, 3)), "b/c/|a");
    assert.equal(seen(moved(text, c!.key, 0)), "c/|a/b");
    assert.equal(moved(text, a!.key, 1), text);
    assert.equal(seen(turned(text, a!.key, "heading")), "## |a/b/c");
    assert.equal(seen(turned(text, a!.key, "quotation")), "> |a/b/c");
    const list = at("- a\n- b", 0, 0);
    assert.equal(seen(turned(list, list.blocks[0]!.key, "paragraph")), "|a/b");
});

test("who types the mark of a heading, a quotation or a list means it", () => {
    for (const [mark, seenAs] of [
        ["## ", "## |a"],
        ["> ", "> |a"],
        ["- ", "- |a"],
    ] as const) {
        const text = begun([{ is: "paragraph", runs: plain(`${mark}a`) }]);
        const place = { ...text.place, from: mark.length, to: mark.length };
        assert.equal(seen(typed({ ...text, place })), seenAs);
    }
    const text = begun([{ is: "paragraph", runs: plain("a ## b") }]);
    assert.equal(typed({ ...text, place: atEnd(text.blocks[0]!) }).blocks, text.blocks);
});

test("what is pasted is words within a text, and blocks where it has several", () => {
    assert.equal(seen(pasted(at("He .", 0, 3), parseStory("came"))), "He came|.");
    assert.equal(
        seen(pasted(at("He .", 0, 3), parseStory("came\n\n## Night\n\nIt rained"))),
        "He came/## Night/It rained|.",
    );
    assert.equal(seen(pasted(at("- a", 0, 1), parseStory("b\n\nc"))), "- ab c|");
    assert.equal(seen(pasted(at("a b", 0, 0, 2), parseStory("c"))), "c|b");
});

test("emphasis goes on and off over what is chosen", () => {
    const text = at("one two", 0, 4, 7);
    const strong = emphasized(text, "strong");
    assert.equal(storyText(strong.blocks), "one **two**\n");
    assert.equal(storyText(emphasized(strong, "strong").blocks), "one two\n");
    assert.equal(storyText(emphasized(strong, "em").blocks), "one ***two***\n");
    assert.equal(emphasized(at("a", 0, 1), "em").place.from, 1);
});

test("undo goes back by steps, and typing without a pause is one", () => {
    const history = new History<Text>();
    const one = begun(parseStory("a"));
    const two = replaced(one, plain("b"));
    const three = replaced(two, plain("c"));
    history.note(one, "typing", 0);
    history.note(two, "typing", 100);
    assert.equal(history.undo(three), one);
    assert.equal(history.redo(one), three);
    history.note(three, "", 200);
    assert.equal(history.redo(three), undefined);
    history.note(three, "typing", 300);
    history.note(three, "typing", 5000);
    assert.ok(history.undo(three) && history.undo(three) && history.undo(three));
});

// ---- comparing ----

test("two versions are compared word by word", () => {
    const words = (one: string, other: string) =>
        compareTexts(plain(one), plain(other))
            .map((part) => `${{ same: "", added: "+", gone: "-" }[part.became]}${part.text}`)
            .join("|");
    assert.equal(
        words("It rained all night.", "It snowed all night."),
        "It |-rained|+snowed| all night.",
    );
    assert.equal(words("a", "a"), "a");
    assert.equal(words("", "new"), "+new");
    const changes = compare(
        parseStory("Same.\n\nIt rained all night long.\n\nGone entirely."),
        parseStory("Same.\n\nIt rained all day long.\n\n***\n\n## New"),
    );
    assert.deepEqual(
        changes.map((change) => `${change.is} ${change.block.is}`),
        ["same paragraph", "changed paragraph", "gone paragraph", "added space", "added heading"],
    );
    assert.ok(compare([], []).length === 0);
});

test("steps lead from one list to the other, whatever they are", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
        const next = numbers(seed);
        const any = () => Array.from({ length: next(8) }, () => "abc"[next(3)]!);
        const [one, other] = [any(), any()];
        const way = steps(one, other);
        let i = 0;
        const built: string[] = [];
        let j = 0;
        for (const step of way) {
            if (step === "same") assert.equal(one[i], other[j]);
            if (step !== "added") i += 1;
            if (step !== "gone") built.push(other[j++]!);
        }
        assert.deepEqual([built, i], [other, one.length]);
    }
    assert.equal(steps(Array(3000).fill("a"), Array(3000).fill("b")).length, 6000);
});

test("two versions united hold all that either holds, what both say once", () => {
    const both = united(
        parseStory("Same.\n\nHers.\n\nEnd."),
        parseStory("Same.\n\nHis.\n\nEnd."),
        (block) => storyText([block]),
    );
    assert.equal(storyText(both).trim().replaceAll("\n\n", "/"), "Same./His./Hers./End.");
});
