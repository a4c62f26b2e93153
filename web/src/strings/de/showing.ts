import type { ShowingWords } from "../en/showing.ts";

export const showing: ShowingWords = {
    title: "Jemandem zeigen",
    who: "Für wen ist es?",
    somebody: "die Person",
    nothingChosen:
        "Noch ist nichts ausgewählt. Wähle in der Zeitleiste, in einem Moment oder während du etwas ansiehst.",
    toTimeline: "Zur Zeitleiste",
    chooseOthers: "Anderes wählen",
    part: "Wie viel davon",
    all: "Alles",
    storyAlone: "Die Geschichte, mit dem, was darin steht",
    items: (count, shown) => (count === 1 ? "Ein Ding" : `${shown} Dinge`),
    first: (name) => `Was ${name} zuerst liest`,
    firstHint: (name) =>
        `Nichts anderes ist zu sehen, bevor ${name} sich fürs Ansehen entscheidet. Höchstens 160 Zeichen.`,
    noFirst: "Nichts steht davor",
    addFirst: "Eine Zeile vor alles stellen",
    addMore: "Worte für „Sag mir mehr“ dazuschreiben",
    more: "Was erfährt, wer nachfragt",
    stays: (name) => `Bleibt abgedeckt, bis ${name} hinsehen möchte`,
    count: (count, shown) => (count === 1 ? "" : `${shown}-mal`),
    until: "Bis",
    untilHint:
        "Der letzte Tag. Danach schließt es sich von selbst; du kannst es früher schließen. Leer: bis du es beendest.",
    passphrase: "Ein Schlüsselsatz, wenn du magst",
    hint: (name) => `Ein Hinweis, den ${name} sieht`,
    goesAlong: "Was mitgeht",
    save: (name) => `${name} kann es sich sichern`,
    originals: "Die Originale gehen mit",
    originalsHint:
        "Kopien werden ohne das gemacht, was Originale über Orte, Kameras und Patienten sagen.",
    places: "Orte gehen mit",
    from: "Von wem es kommt",
    way: "Wie es ankommt",
    guests: "Ein Link auf diesen Computer",
    guestsHint: (at) => `Es ist unter ${at} zu finden, solange Keepsake hier läuft.`,
    guestsLocal: (at) =>
        `Nur dieser Computer findet ${at}. Wer Keepsake startet, kann sagen, unter welcher Adresse andere es finden (KEEPSAKE_GUESTS_URL).`,
    folder: "Ein Link auf euren Webserver",
    folderHint: (at) => `Es kommt in den Ordner für ${at}.`,
    folderNoAddress: "Ein Ordner für einen Webserver",
    folderNoAddressHint:
        "Es kommt in den Ordner, der beim Start von Keepsake genannt wurde. Der Link ist die Adresse, die es dort bekommt.",
    download: "Eine Datei",
    downloadHint:
        "Eine Seite zum Sichern und Weitergeben. Sie öffnet sich ohne Netz. Wird sie zu groß, ist es ein ZIP.",
    withKey: "Sie öffnet sich ohne weitere Worte",
    withKeyHint: "Wer die Datei hat, kann sie öffnen. Ein Schlüsselsatz wäre ein Schloss.",
    asSeen: (name) => `Wie ${name} es sehen wird`,
    sender: (from) => `${from} hat dir das geschickt.`,
    nobodySends: "Jemand hat dir das geschickt.",
    asksFirst: (name) => `Zuerst wird ${name} nach dem Schlüsselsatz gefragt.`,
    seeAll: "Alles davon ansehen",
    seeAllHint: "Dafür werden Kopien gemacht und wieder entfernt.",
    openSeen: "In einem eigenen Tab öffnen",
    passOn: (name) =>
        `Dieser Link ist für ${name}. Wer ihn von ${name} bekommt, kann ihn auch öffnen.`,
    passOnFile: (name) =>
        `Diese Datei ist für ${name}. Wer sie von ${name} bekommt, kann sie auch öffnen.`,
    makeLink: "Den Link machen",
    makeFile: "Die Datei machen",
    making: (done, all) => `Kopien werden gemacht, ${done} von ${all}`,
    begins: "Kopien werden gemacht",
    stop: "Anhalten",
    stopped: "Angehalten. Nichts davon ist übrig.",
    failed: "Es konnte nicht gemacht werden. Nichts wurde verändert.",
    ready: (name) => `Fertig für ${name}`,
    link: "Der Link",
    words: "Die Worte, die sie öffnen",
    wordsHint: (name) => `Sag sie ${name} auf einem anderen Weg als die Datei.`,
    copy: "Kopieren",
    copied: "Kopiert.",
    qr: "Der Link als Bild, für die Kamera eines Telefons",
    saveFile: "Die Datei sichern",
    waits: "Sie wartet hier eine Stunde oder bis du abschließt.",
    noAddress: "Der Link ist die Adresse, die der Ordner auf dem Webserver bekommt, und dann dies.",
    missing: (count, shown) =>
        count === 1
            ? "1 Ding konnte nicht kopiert werden: Sein Original ist nicht hier oder beschädigt."
            : `${shown} Dinge konnten nicht kopiert werden: Ihre Originale sind nicht hier oder beschädigt.`,
    leftOut: (count, shown) =>
        count === 1
            ? "1 Original bleibt hier, weil es von einem Ort oder Patienten erzählt."
            : `${shown} Originale bleiben hier, weil sie von einem Ort oder Patienten erzählen.`,
    unplayable: (count, shown) =>
        count === 1
            ? "1 Film oder Aufnahme geht nur als Standbild mit: Eine Kopie, die sich abspielen lässt, war nicht möglich."
            : `${shown} Filme oder Aufnahmen gehen nur als Standbild mit: Kopien, die sich abspielen lassen, waren nicht möglich.`,
    another: "Etwas anderes zeigen",
    shownTitle: "Alles, was jemandem gezeigt wird",
    nobody: "Niemandem wird etwas gezeigt.",
    what: {
        story: (name) => `Die Geschichte von ${name}`,
        items: (count, shown) => (count === 1 ? "Ein Ding" : `${shown} Dinge`),
    },
    since: (date) => `seit ${date}`,
    untilDay: (date) => `bis ${date}`,
    untilEnded: "bis du es beendest",
    locked: "mit einem Schlüsselsatz",
    where: {
        guests: (device) =>
            device === null ? "von hier aus für Gäste" : `von ${device} aus für Gäste`,
        folder: (path) => `im Ordner ${path}`,
        file: (path) => `in der Datei ${path}`,
        download: (name) => `eine gesicherte Datei, ${name}`,
        on: (where, device) => `${where}, auf ${device}`,
    },
    showLink: "Den Link noch einmal",
    end: "Beenden",
    endTitle: (name) => `Es ${name} nicht mehr zeigen`,
    endExplain: (name) =>
        `Dann öffnet der Link für ${name} nichts mehr. Keepsake kann Kopien, die schon gesichert sind, nicht zurücknehmen.`,
    endFile: (name) =>
        `${name} hat eine Datei: Wer sie hat, kann sie weiter öffnen. Sie verschwindet nur aus dieser Liste.`,
    keepOpen: "Weiter zeigen",
    ended: (name) =>
        `Der Link für ${name} öffnet ab jetzt nichts mehr. Keepsake kann Kopien, die schon gesichert sind, nicht zurücknehmen.`,
    endedFile:
        "Sie steht nicht mehr in der Liste. Wer die gesicherte Datei hat, kann sie weiter öffnen.",
    stillOn: (where) =>
        `Es steht noch ${where}. Dort wird es entfernt, wenn sich Keepsake das nächste Mal um dieses Gerät kümmert.`,
    stillHere: (where) =>
        `Es steht noch ${where}: Es ließ sich nicht entfernen. Entferne es dort selbst; Keepsake versucht es weiter.`,
    stillServed: (device) =>
        `Gäste können es noch von ${device} aus öffnen, bis sich Keepsake das nächste Mal um dieses Gerät kümmert.`,
    stillServedHere:
        "Vielleicht können Gäste es noch von hier aus öffnen: Es ließ sich nicht entfernen. Keepsake versucht es weiter.",
    alsoAt: (at) => `Wurde der Ordner nach ${at} kopiert, entferne ihn auch dort.`,
    change: "Das Datum ändern",
    changeTitle: (name) => `Bis wann ${name} es öffnen kann`,
    noDate: "Kein Datum: bis ich es beende",
    changed: (name, date) => `${name} kann es bis ${date} öffnen.`,
    changedNone: (name) => `${name} kann es öffnen, bis du es beendest.`,
    otherDateOn: (where) =>
        `Das alte Datum steht noch ${where}, bis sich Keepsake um dieses Gerät kümmert.`,
    otherDateServed: (device) =>
        `Für Gäste von ${device} aus gilt noch das alte Datum, bis sich Keepsake um dieses Gerät kümmert.`,
    otherDateServedHere:
        "Für Gäste von hier aus gilt noch das alte Datum: Das neue ließ sich nicht schreiben.",
    otherDateFile: "Eine Datei behält das Datum, mit dem sie gemacht wurde.",
    otherDateHere: (where) =>
        `Das alte Datum steht noch ${where}: Das neue ließ sich nicht schreiben.`,
    showSomething: "Jemandem etwas zeigen",
    loadMore: "Mehr zeigen",
};
