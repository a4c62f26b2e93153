import type { StoryVersion } from "../../api/types.ts";
import { tongue } from "../words.svelte.ts";

/** "23 November 2026, 06:14, Ines, on the kitchen's tablet" */
export function versionWords(version: StoryVersion): string {
    const t = tongue.t.story;
    const when = new Date(version.date).toLocaleString(tongue.locale, {
        dateStyle: "long",
        timeStyle: "short",
    });
    const who = version.person?.name;
    return t.versionOf(when, who ? t.onDevice(who, version.device) : version.device);
}
