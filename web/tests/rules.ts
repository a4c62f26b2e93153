import { after, before, test } from "node:test";

import type { Browser, BrowserContextOptions } from "playwright-core";

import { desk, family, kLongestMs, launch, skip, Visit } from "./browser.ts";
import type { Fake } from "./fake/server.ts";

let browser: Browser | undefined;

before(async () => {
    if (!skip) browser = await launch();
});

after(async () => {
    await browser?.close();
});

interface Setting {
    shape?: BrowserContextOptions;
    world?: () => Promise<Fake>;
    /** console lines that this test brings about itself */
    expected?: RegExp;
}

/** A test in a browser of its own with a family's archive behind it; it fails on any console error or request to another host. */
export function rule(
    name: string,
    work: (visit: Visit) => Promise<void>,
    setting: Setting = {},
): void {
    test(name, { skip, timeout: kLongestMs }, async () => {
        const fake = await (setting.world ?? family)();
        const visit = await Visit.begin(browser!, fake, setting.shape ?? desk);
        try {
            await work(visit);
            const problems = visit.problems.filter((one) => !setting.expected?.test(one));
            if (problems.length > 0) throw new Error(problems.join("\n"));
        } finally {
            await visit.end();
            await fake.stop();
        }
    });
}
