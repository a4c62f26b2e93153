import { icons, type IconName } from "../src/parts/icons.ts";

type Attribute = string | number | boolean | undefined | ((event: Event) => void);
type Child = Node | string | false | undefined;

/** An element. Attributes that are false or undefined are left out; functions are listeners ("onclick"). Text is never markup. */
export function el<Name extends keyof HTMLElementTagNameMap>(
    name: Name,
    attributes: Record<string, Attribute> = {},
    ...children: Child[]
): HTMLElementTagNameMap[Name] {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (typeof value === "function") element.addEventListener(key.slice(2), value);
        else if (value !== undefined && value !== false)
            element.setAttribute(key, value === true ? "" : String(value));
    }
    for (const child of children) if (child !== undefined && child !== false) element.append(child);
    return element;
}

export function icon(name: IconName): SVGSVGElement {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const attributes = {
        class: "i",
        viewBox: "0 0 24 24",
        fill: "none",
        stroke: "currentColor",
        "stroke-width": "1.5",
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
        "aria-hidden": "true",
    };
    for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
    // The drawings are our own.
    svg.innerHTML = icons[name];
    return svg;
}

/** Paragraphs of somebody's words, in whatever direction they are written. */
export function paragraphs(text: string): HTMLElement[] {
    return text
        .split(/\n+/u)
        .filter((one) => one.trim() !== "")
        .map((one) => el("p", { dir: "auto" }, one));
}

let count = 0;
export const newId = () => `k${(count += 1)}`;

/** What is on the page now, in place of what was. */
export function show(bodyClass: string, ...parts: Node[]): void {
    document.body.className = bodyClass;
    document.body.replaceChildren(...parts);
}

/** To a heading or another place that words begin at; nothing scrolls but what has to. */
export function focusOn(element: HTMLElement): void {
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
}
