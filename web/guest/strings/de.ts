import { counting } from "../../src/strings/de/counting.ts";
import type { Strings } from "./en.ts";

export const de: Strings = {
    sent: (name) =>
        name === undefined ? "Das wurde dir geschickt." : `${name} hat dir das geschickt.`,
    cover: {
        unwritten: (name) =>
            name === undefined
                ? "Das ist abgedeckt, und niemand hat gesagt, was es ist."
                : `${name} hat das abgedeckt und nicht gesagt, was es ist.`,
        more: "Sag mir mehr",
        less: "Sag mir weniger",
        notNow: "Nicht jetzt",
        look: "Ansehen",
        again: "Wieder abdecken",
        ready: "Komm wieder, wenn du so weit bist.",
        back: "Zurück zu den Worten",
        isCovered: (line, kind) => `Abgedeckt: ${line} ${kind}`,
    },
    beside: {
        until: (date) => `Der Link gilt bis zum ${date}.`,
        fileUntil: (date) => `Das lässt sich bis zum ${date} öffnen.`,
        untold: "Niemand erfährt, ob du hinsiehst.",
    },
    lock: {
        explain: "Es öffnet sich mit einem Schlüsselsatz.",
        hint: (hint) => `Der Hinweis: ${hint}`,
        label: "Schlüsselsatz",
        open: "Öffnen",
        opening: "Einen Augenblick.",
        wrong: "Das ist er nicht.",
        wrongHint: (hint) => `Das ist er nicht. Der Hinweis: ${hint}`,
    },
    key: {
        title: "Das öffnet sich mit den Worten hinter dem # seines Links.",
        label: "Die Worte nach # im Link",
        open: "Öffnen",
        cut: "Das sind nicht alle. Sie beginnen mit AGE-SECRET-KEY-1.",
    },
    trouble: {
        cut: (name) =>
            name === undefined
                ? "Ein Teil dieses Links fehlt. Bitte den Menschen, der ihn geschickt hat, ihn noch einmal zu schicken."
                : `Ein Teil dieses Links fehlt. Bitte ${name}, ihn noch einmal zu schicken.`,
        told: "Dieser Link wurde unterwegs verändert, und sein Schlüssel wurde der Website verraten. Bitte den Menschen, der ihn geschickt hat, um einen neuen.",
        closed: (name) =>
            name === undefined
                ? "Das hat geschlossen, wer es geschickt hat."
                : `${name} hat das geschlossen.`,
        changed: (name) =>
            name === undefined
                ? "Das wurde verändert, nachdem es geschickt wurde."
                : `Das wurde verändert, nachdem ${name} es geschickt hat.`,
        newer: (name) =>
            name === undefined
                ? "Das kommt aus einem neueren Keepsake. Bitte den Menschen, der es geschickt hat, um einen neuen Link."
                : `Das kommt aus einem neueren Keepsake. Bitte ${name} um einen neuen Link.`,
        offline: "Es ließ sich nicht holen. Versuch es noch einmal.",
        again: "Noch einmal",
        browser:
            "Dieser Browser ist zu alt dafür. Öffne den Link auf einem anderen Telefon oder Rechner.",
    },
    loading: "Einen Augenblick.",
    getting: (percent) => `Wird geholt, ${percent}`,
    writtenBy: (name) => `Geschrieben von ${name}.`,
    wontOpen: "Diese Kopie lässt sich hier nicht öffnen. Das Original ist sicher.",
    save: {
        title: "Aufheben",
        explain: "Dieser Link öffnet es wieder. Wer ihn hat, kann es auch öffnen.",
        explainFile:
            "Heb diese Datei auf, und diese Worte dazu: Sie öffnen sie. Wer beides hat, kann es auch öffnen.",
        link: "Der Link",
        words: "Die Worte",
        copy: "Kopieren",
        copied: "Kopiert.",
        selected: "Er ist markiert: Kopiere ihn von hier.",
        all: (what) => `${what} speichern`,
        one: "Speichern",
        original: "Das Original speichern",
        saving: (done, all) => `Wird gespeichert, ${done} von ${all}`,
        saved: "Gespeichert, wo dieser Browser Gespeichertes ablegt.",
        covered: "Was abgedeckt ist, wird nicht gespeichert.",
        close: "Schließen",
    },
    play: {
        play: "Abspielen",
        pause: "Pause",
        stop: "Anhalten",
        position: "Stelle in der Aufnahme",
        film: "Film abspielen",
        tooLong: "Er wird ganz geholt, bevor er läuft.",
    },
    sheets: {
        page: (shown, all) => `Seite ${shown} von ${all}`,
        frame: (shown, all) => `Bild ${shown} von ${all}`,
        next: "Weiter",
        previous: "Zurück",
    },
    kinds: {
        photograph: "Fotografie",
        film: "Film",
        sound: "Aufnahme",
        paper: "Dokument",
        ultrasound: "Ultraschall",
        words: "Worte",
        other: "Datei",
        story: "Geschichte",
        moment: "",
    },
    parts: {
        story: "eine Geschichte",
        photographs: (n, shown) => (n === 1 ? "eine Fotografie" : `${shown} Fotografien`),
        films: (n, shown) => (n === 1 ? "ein Film" : `${shown} Filme`),
        sounds: (n, shown) => (n === 1 ? "eine Aufnahme" : `${shown} Aufnahmen`),
        papers: (n, shown) => (n === 1 ? "ein Dokument" : `${shown} Dokumente`),
        ultrasounds: (n, shown) => (n === 1 ? "ein Ultraschallbild" : `${shown} Ultraschallbilder`),
        words: (n, shown) => (n === 1 ? "eine Seite Worte" : `${shown} Seiten Worte`),
        others: (n, shown) => (n === 1 ? "eine Datei" : `${shown} Dateien`),
    },
    ...counting,
    seconds: (n, shown) => (n === 1 ? "eine Sekunde" : `${shown} Sekunden`),
    and: "und",
};
