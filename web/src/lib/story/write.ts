import { blanksAround, within, type Block, type Run, textOf } from "./blocks.ts";

/** A backslash before whatever could mean something where it stands. */
function escaped(text: string, beginsLine: boolean): string {
    let result = "";
    let begins = beginsLine;
    for (const c of text) {
        if (/[*\\!#\n]/u.test(c) || (begins && /[>-]/u.test(c))) result += "\\";
        result += c;
        begins = c === "\n" || (begins && c === " ");
    }
    return result;
}

/** Text that is of one look stands between the marks of that look, white space outside of them. */
function runsText(runs: readonly Run[]): string {
    let text = "";
    for (const run of within(runs)) {
        const begins =
            text === "" || text.slice(0, text.length - blanksAround(text, " ")[1]).endsWith("\n");
        const [start, end] = blanksAround(run.text, " \n");
        const inner = run.text.slice(start, run.text.length - end);
        if (inner === "" || (!run.em && !run.strong)) {
            text += escaped(run.text, begins);
            continue;
        }
        const mark = run.strong && run.em ? "***" : run.strong ? "**" : "*";
        text += escaped(run.text.slice(0, start), begins) + mark + escaped(inner, false) + mark;
        text += escaped(run.text.slice(run.text.length - end), false);
    }
    return text;
}

const indented = (text: string, mark: string) => text.replaceAll("\n", `\n${mark}`);
const isBlank = (runs: readonly Run[]) => textOf(runs).trim() === "";

function blockText(block: Block): string {
    switch (block.is) {
        case "paragraph":
            return runsText(block.runs);
        case "heading":
            return isBlank(block.runs)
                ? ""
                : `## ${runsText(block.runs).replaceAll(/\\?\n/gu, " ")}`;
        case "quotation": {
            const texts = block.texts.filter((one) => !isBlank(one)).map(runsText);
            // Where nothing is said, an empty line tells that the dash is that of who said it.
            const begins = texts.length === 0 ? ">\n" : "";
            if (!isBlank(block.source)) texts.push(`— ${runsText(block.source)}`);
            // Else what is said last, and begins with a dash, would be who said it.
            else if (texts.length > 1 && texts.at(-1)!.startsWith("—")) texts.push("—");
            if (texts.length === 0) return "";
            return begins + texts.map((one) => `> ${indented(one, "> ")}`).join("\n>\n");
        }
        case "list":
            return block.texts
                .filter((one) => !isBlank(one))
                .map((one) => `- ${indented(runsText(one), "  ")}`)
                .join("\n");
        case "items":
            return block.ids.map((id) => `![](item:${id})`).join("\n");
        case "space":
            return "***";
    }
}

/** Markdown that is read as these blocks again; what holds no words is left out. */
export function storyText(blocks: readonly Block[]): string {
    const texts = blocks.map(blockText).filter((text) => text.trim() !== "");
    return texts.length === 0 ? "" : `${texts.join("\n\n")}\n`;
}
