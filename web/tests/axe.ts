import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "playwright-core";

import { webFolder } from "./browser.ts";

const axe = readFileSync(join(webFolder, "node_modules/axe-core/axe.min.js"), "utf8");

interface Finding {
    id: string;
    nodes: { html: string; failureSummary: string }[];
}

/** What axe-core finds. The script is put in by the browser's own debugger: the pages' policy lets no other in. */
export async function findings(page: Page): Promise<string[]> {
    const found =
        (await page.evaluate(`(() => { if (!window.axe) { ${axe} } return axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((all) => all.violations); })()`)) as Finding[];
    return found.map(
        (one) =>
            `${one.id}: ${one.nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join("\n")}`,
    );
}
