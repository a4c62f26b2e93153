import { after, before, test } from "node:test";

import type { Browser, BrowserContextOptions } from "playwright-core";

import { desk, kLongestMs, launch, skip, webFolder } from "./browser.ts";
import { Host, type HostOptions } from "./fake/host.ts";
import { makeShare, type Made, type ShareOf } from "./fake/share.ts";
import { emil, GuestVisit } from "./guest.ts";

interface Setting {
    shape?: BrowserContextOptions;
    share?: ShareOf;
    host?: HostOptions;
    /** console lines that this test brings about itself */
    expected?: RegExp;
    skip?: string | false;
}

let browser: Browser | undefined;
let emilMade: Promise<Made> | undefined;

before(async () => {
    if (!skip) browser = await launch();
});

after(async () => {
    await browser?.close();
});

export const theBrowser = () => browser!;

/** A test of a guest's visit to a share on a plain host; it fails on any console error or request to another host. */
export function guestRule(
    name: string,
    work: (visit: GuestVisit, host: Host) => Promise<void>,
    setting: Setting = {},
): void {
    test(name, { skip: skip || setting.skip || false, timeout: kLongestMs }, async () => {
        emilMade ??= makeShare(emil());
        const made = setting.share ? await makeShare(setting.share) : await emilMade;
        const host = new Host(webFolder, made, setting.host);
        await host.start();
        const visit = await GuestVisit.begin(browser!, host, setting.shape ?? desk);
        try {
            await work(visit, host);
            const problems = visit.problems.filter((one) => !setting.expected?.test(one));
            if (problems.length > 0) throw new Error(problems.join("\n"));
        } finally {
            await visit.context.close();
            await host.stop();
        }
    });
}
