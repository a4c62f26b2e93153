/** A story's parts, as people see them (docs/formats/share.md, "A story's text"). */
export interface Run {
    /** LF within it is a line's end */
    text: string;
    em: boolean;
    strong: boolean;
}

export type Block =
    | { is: "paragraph" | "heading"; runs: Run[] }
    | { is: "quotation"; texts: Run[][]; source: Run[] }
    | { is: "list"; texts: Run[][] }
    /** one item, or two beside each other */
    | { is: "items"; ids: string[] }
    | { is: "space" };
