import assert from "node:assert/strict";

import { rule } from "../rules.ts";

for (const [where, name] of [
    ["moment", "a moment"],
    ["item", "an item"],
] as const)
    rule(
        `when ${name} was is read in every language of the pages, and wants at least a year`,
        async (visit) => {
            const moment = visit.fake.moments[3]!;
            const thing = visit.fake.things.find((one) => one.id === moment.items[0])!;
            const page = await visit.go(
                where === "moment" ? `moment/${moment.id}` : `timeline?item=${thing.id}`,
            );
            if (where === "moment")
                await page.getByRole("button", { name: "Name and people" }).click();
            else {
                await page.getByRole("button", { name: "More" }).click();
                await page.getByRole("menuitem").first().click();
            }
            const form = page.locator("dialog.panel-over");
            const date = form.getByLabel("Date", { exact: true });
            await date.fill("in spring");
            await form.getByRole("button", { name: "Save" }).click();
            await form.getByText("Write the year as well, such as 1974.").waitFor();
            assert.ok(
                !visit.fake.requests.some((one) => /^PATCH .*\/(items|moments)\//u.test(one)),
            );
            await date.fill("14. März 2019");
            const sent = page.waitForRequest(
                (one) => one.method() === "PATCH" && /\/(items|moments)\//u.test(one.url()),
            );
            await form.getByRole("button", { name: "Save" }).click();
            assert.equal((await sent).postDataJSON().date.from, "2019-03-14");
            await form.waitFor({ state: "detached" });
        },
    );
