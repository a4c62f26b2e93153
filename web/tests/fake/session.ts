import type { Session, Settings } from "../../src/api/types.ts";
import type { Fake } from "./server.ts";

export function session(fake: Fake): Session {
    return {
        person: fake.people.find((one) => one.id === fake.me) ?? null,
        archive: fake.archiveName,
        locks_after_minutes: 15,
        may_write: true,
    };
}

export function settingsOf(fake: Fake): Settings {
    const key = fake.me ?? "";
    let one = fake.settings.get(key);
    if (!one) {
        one = { language: "", theme: "", shortcuts: true, locks_after_minutes: 15, place: "" };
        fake.settings.set(key, one);
    }
    return one;
}
