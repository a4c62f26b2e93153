import { trimmed, type Block, type Run } from "./blocks.ts";
import { parseRuns } from "./runs.ts";

const kSourceMarks = ["— ", "—", "-- "];

/** Lines ended by LF, no controls, no half characters. */
function cleaned(text: string): string {
    return text
        .replace(/\r\n?/gu, "\n")
        .replaceAll("\t", " ")
        .replace(/[\u0000-\u0009\u000b-\u001f\u007f]|\p{Surrogate}/gu, "\ufffd");
}

/** Two spaces at a line's end mean something. */
const trailing = (line: string) => (line.endsWith("  ") ? "  " : "");
const isSpace = (line: string) => /^(?:(?:\* *){3,}|(?:- *){3,})$/u.test(line);

function headingOf(line: string): string | undefined {
    const found = /^#{1,6} (.*)$/su.exec(line);
    if (!found) return undefined;
    const text = trimmed(found[1]!);
    if (/^#*$/u.test(text)) return "";
    return trimmed(/^(.* )#+$/su.exec(text)?.[1] ?? text);
}

/** The items of a paragraph that is items and nothing else. */
function itemsAlone(paragraph: string): string[] {
    const ids: string[] = [];
    const one = /!\[[^\]]*\]\(item:([0-9a-f]{16})\)[ \n]*/uy;
    const text = trimmed(paragraph);
    while (one.lastIndex < text.length) {
        const found = one.exec(text);
        if (!found) return [];
        ids.push(found[1]!);
    }
    return ids;
}

class Parser {
    readonly blocks: Block[] = [];
    private paragraph = "";
    private isQuoting = false;
    /** it begins with an empty line: nothing may be said before who said it */
    private beginsEmpty = false;
    private quoted = "";
    private quotation: string[] = [];
    private entry: string | undefined;
    private entries: Run[][] = [];

    take(whole: string): void {
        const line = trimmed(whole);
        if (line.startsWith(">")) {
            this.endParagraph();
            this.endList();
            this.quote(line.slice(1));
            return;
        }
        this.endQuotation();
        const heading = headingOf(line);
        if (isSpace(line)) {
            this.endAll();
            this.blocks.push({ is: "space" });
        } else if (line === "") this.endAll();
        else if (heading !== undefined) {
            this.endAll();
            const runs = parseRuns(heading);
            if (runs.length > 0) this.blocks.push({ is: "heading", runs });
        } else if (/^[-*] /u.test(line) && (this.entry !== undefined || this.paragraph === "")) {
            this.endEntry();
            this.entry = line.slice(2) + trailing(whole);
        } else if (this.entry !== undefined) this.entry += `\n${line}${trailing(whole)}`;
        else this.paragraph += (this.paragraph === "" ? "" : "\n") + line + trailing(whole);
    }

    end(): Block[] {
        this.endParagraph();
        this.endQuotation();
        this.endList();
        return this.blocks;
    }

    private quote(line: string): void {
        const text = trimmed(line);
        if (!this.isQuoting) this.beginsEmpty = text === "";
        this.isQuoting = true;
        if (text === "") this.endQuoted();
        else this.quoted += (this.quoted === "" ? "" : "\n") + text + trailing(line);
    }

    private endQuoted(): void {
        if (this.quoted !== "") this.quotation.push(this.quoted);
        this.quoted = "";
    }

    private endQuotation(): void {
        if (!this.isQuoting) return;
        this.isQuoting = false;
        this.endQuoted();
        const texts: Run[][] = [];
        let source: Run[] = [];
        this.quotation.forEach((text, at) => {
            const mark = kSourceMarks.find((one) => text.startsWith(one));
            const isLast = at === this.quotation.length - 1;
            if ((texts.length > 0 || this.beginsEmpty) && isLast && mark !== undefined) {
                source = parseRuns(text.slice(mark.length));
                if (texts.length > 0 || source.length > 0) return;
            }
            const runs = parseRuns(text);
            if (runs.length > 0) texts.push(runs);
        });
        this.quotation = [];
        if (texts.length > 0 || source.length > 0)
            this.blocks.push({ is: "quotation", texts, source });
    }

    private endEntry(): void {
        if (this.entry === undefined) return;
        const runs = parseRuns(this.entry);
        if (runs.length > 0) this.entries.push(runs);
        this.entry = undefined;
    }

    private endList(): void {
        this.endEntry();
        if (this.entries.length > 0) this.blocks.push({ is: "list", texts: this.entries });
        this.entries = [];
    }

    private endParagraph(): void {
        const text = this.paragraph;
        this.paragraph = "";
        if (text === "") return;
        const ids = itemsAlone(text);
        for (let at = 0; at < ids.length; at += 2)
            this.blocks.push({ is: "items", ids: ids.slice(at, at + 2) });
        if (ids.length > 0) return;
        const runs = parseRuns(text);
        if (runs.length > 0) this.blocks.push({ is: "paragraph", runs });
    }

    private endAll(): void {
        this.endParagraph();
        this.endList();
    }
}

/** A story's Markdown as its parts, as the program reads it (src/share/story.h). */
export function parseStory(markdown: string): Block[] {
    const parser = new Parser();
    const lines = cleaned(markdown).split("\n");
    for (const line of lines) parser.take(line);
    return parser.end();
}
