import { counting } from "../../src/strings/en/counting.ts";

/** Every word that the guest page says, in English. `de.ts` has the same places (its type says so). */
export const en = {
    sent: (name: string | undefined) =>
        name === undefined ? "This was sent to you." : `${name} sent you this.`,
    cover: {
        unwritten: (name: string | undefined) =>
            name === undefined
                ? "This is covered, and nobody has said what it is."
                : `${name} covered this and hasn’t said what it is.`,
        more: "Tell me more",
        less: "Tell me less",
        notNow: "Not now",
        look: "Look",
        again: "Cover again",
        ready: "Come back when you are ready.",
        back: "Back to the words",
        isCovered: (line: string, kind: string) => `Covered: ${line} ${kind}`,
    },
    beside: {
        until: (date: string) => `The link works until ${date}.`,
        fileUntil: (date: string) => `This can be opened until ${date}.`,
        untold: "Nobody is told whether you look.",
    },
    lock: {
        explain: "It opens with a passphrase.",
        hint: (hint: string) => `The hint: ${hint}`,
        label: "Passphrase",
        open: "Open",
        opening: "One moment.",
        wrong: "That is not it.",
        wrongHint: (hint: string) => `That is not it. The hint: ${hint}`,
    },
    key: {
        title: "This opens with the words behind the # of its link.",
        label: "The words after # in the link",
        open: "Open",
        cut: "These are not all of them. They begin with AGE-SECRET-KEY-1.",
    },
    trouble: {
        cut: (name: string | undefined) =>
            `Part of this link is missing. Ask ${name ?? "whoever sent it"} to send it again.`,
        told: "This link was changed on its way, and its key was told to the website. Ask whoever sent it for a new one.",
        closed: (name: string | undefined) =>
            name === undefined
                ? "This has been closed by whoever sent it."
                : `${name} has closed this.`,
        changed: (name: string | undefined) =>
            name === undefined
                ? "This was changed after it was sent."
                : `This was changed after ${name} sent it.`,
        newer: (name: string | undefined) =>
            `This was made by a newer Keepsake. Ask ${name ?? "whoever sent it"} for a new link.`,
        offline: "It could not be fetched. Try again.",
        again: "Try again",
        browser: "This browser is too old to open it. Open the link on another phone or computer.",
    },
    loading: "One moment.",
    getting: (percent: string) => `Fetching, ${percent}`,
    writtenBy: (name: string) => `Written by ${name}.`,
    wontOpen: "This copy won’t open here. The original is safe.",
    save: {
        title: "Save this",
        explain: "This link opens it again. Whoever has it can open it, too.",
        explainFile:
            "Keep this file, and these words with it: they open it. Whoever has both can open it, too.",
        link: "The link",
        words: "The words",
        copy: "Copy",
        copied: "Copied.",
        selected: "It is selected: copy it from here.",
        all: (what: string) => `Save ${what}`,
        one: "Save",
        original: "Save the original",
        saving: (done: string, all: string) => `Saving, ${done} of ${all}`,
        saved: "Saved where this browser puts what it saves.",
        covered: "What is covered is not saved.",
        close: "Close",
    },
    play: {
        play: "Play",
        pause: "Pause",
        stop: "Stop",
        position: "Place in the recording",
        film: "Play the video",
        tooLong: "It is fetched whole before it plays.",
    },
    sheets: {
        page: (shown: string, all: string) => `Page ${shown} of ${all}`,
        frame: (shown: string, all: string) => `Picture ${shown} of ${all}`,
        next: "Next",
        previous: "Previous",
    },
    kinds: {
        photograph: "Photograph",
        film: "Video",
        sound: "Recording",
        paper: "Document",
        ultrasound: "Ultrasound",
        words: "Words",
        other: "File",
        story: "Story",
        moment: "",
    } as Record<string, string>,
    parts: {
        story: "a story",
        photographs: (n: number, shown: string) =>
            n === 1 ? "one photograph" : `${shown} photographs`,
        films: (n: number, shown: string) => (n === 1 ? "one video" : `${shown} videos`),
        sounds: (n: number, shown: string) => (n === 1 ? "a recording" : `${shown} recordings`),
        papers: (n: number, shown: string) => (n === 1 ? "one document" : `${shown} documents`),
        ultrasounds: (n: number, shown: string) =>
            n === 1 ? "one ultrasound" : `${shown} ultrasounds`,
        words: (n: number, shown: string) =>
            n === 1 ? "one page of words" : `${shown} pages of words`,
        others: (n: number, shown: string) => (n === 1 ? "one file" : `${shown} files`),
    },
    ...counting,
    seconds: (n: number, shown: string) => (n === 1 ? "one second" : `${shown} seconds`),
    and: "and",
};

export type Strings = typeof en;
