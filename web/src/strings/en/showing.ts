/** The words of Show someone, and of all that is shown; fetched with those pages. */
export const showing = {
    title: "Show someone",
    who: "Who is it for?",
    somebody: "them",
    nothingChosen:
        "Nothing is chosen yet. Choose in the timeline, in a moment, or while looking at something.",
    toTimeline: "To the timeline",
    chooseOthers: "Choose others",
    part: "How much of it",
    all: "All of it",
    storyAlone: "Its story, with what stands in it",
    items: (count: number, shown: string) => (count === 1 ? "One thing" : `${shown} things`),
    first: (name: string) => `What ${name} reads first`,
    firstHint: (name: string) =>
        `Nothing else is seen before ${name} chooses to look. At most 160 characters.`,
    noFirst: "Nothing stands before it",
    addFirst: "Put a line before all of it",
    addMore: "Add words for “Tell me more”",
    more: "What whoever asks is told",
    stays: (name: string) => `Stays covered until ${name} chooses to look at it`,
    count: (count: number, shown: string) => (count === 1 ? "" : `${shown} times`),
    until: "Until",
    untilHint:
        "The last day. Then it closes by itself; you can close it sooner. Empty: until you end it.",
    passphrase: "A passphrase, if you like",
    hint: (name: string) => `A hint that ${name} sees`,
    goesAlong: "What goes along",
    save: (name: string) => `${name} is offered to save it`,
    originals: "The originals go along",
    originalsHint: "Copies are made without what originals tell of places, cameras and patients.",
    places: "Places go along",
    from: "Who sends it",
    way: "How it gets there",
    guests: "A link to this computer",
    guestsHint: (at: string) => `It is served at ${at} while Keepsake runs here.`,
    guestsLocal: (at: string) =>
        `Only this computer finds ${at}. Whoever started Keepsake can say by what address others do (KEEPSAKE_GUESTS_URL).`,
    folder: "A link to your web server",
    folderHint: (at: string) => `It is put into the folder for ${at}.`,
    folderNoAddress: "A folder for a web server",
    folderNoAddressHint:
        "It is put into the folder that was named when Keepsake was started. The link is the address that it gets there.",
    download: "A file",
    downloadHint:
        "One page to save and hand over. It opens without a network. Where it grows too large, it is a ZIP.",
    withKey: "It opens without further words",
    withKeyHint: "Whoever has the file can open it. A passphrase would be a lock.",
    asSeen: (name: string) => `As ${name} will see it`,
    sender: (from: string) => `${from} sent you this.`,
    nobodySends: "Somebody sent you this.",
    asksFirst: (name: string) => `First ${name} is asked for the passphrase.`,
    seeAll: "See all of it",
    seeAllHint: "Copies are made for it, and removed again.",
    openSeen: "Open it in a tab of its own",
    passOn: (name: string) =>
        `This link is for ${name}. Anyone ${name} sends it to can open it too.`,
    passOnFile: (name: string) =>
        `This file is for ${name}. Anyone ${name} gives it to can open it too.`,
    makeLink: "Make the link",
    makeFile: "Make the file",
    making: (done: string, all: string) => `Making copies, ${done} of ${all}`,
    begins: "Making copies",
    stop: "Stop",
    stopped: "Stopped. Nothing of it is left.",
    failed: "It could not be made. Nothing was changed.",
    ready: (name: string) => `Ready for ${name}`,
    link: "The link",
    words: "The words that open it",
    wordsHint: (name: string) => `Tell ${name} these on another way than the file.`,
    copy: "Copy",
    copied: "Copied.",
    qr: "The link as a picture, for a phone’s camera",
    saveFile: "Save the file",
    waits: "It waits here for an hour, or until you lock.",
    noAddress: "The link is the address that the folder gets on the web server, and then this.",
    missing: (count: number, shown: string) =>
        count === 1
            ? "1 thing could not be copied: its original is not here, or damaged."
            : `${shown} things could not be copied: their originals are not here, or damaged.`,
    leftOut: (count: number, shown: string) =>
        count === 1
            ? "1 original stays here, as it tells a place or a patient."
            : `${shown} originals stay here, as they tell a place or a patient.`,
    unplayable: (count: number, shown: string) =>
        count === 1
            ? "1 film or recording goes along as a still alone: no copy that plays could be made."
            : `${shown} films or recordings go along as a still alone: no copy that plays could be made.`,
    another: "Show something else",
    shownTitle: "All that is shown to anyone",
    nobody: "Nothing is shown to anyone.",
    what: {
        story: (name: string) => `The story of ${name}`,
        items: (count: number, shown: string) => (count === 1 ? "One thing" : `${shown} things`),
    },
    since: (date: string) => `since ${date}`,
    untilDay: (date: string) => `until ${date}`,
    untilEnded: "until you end it",
    locked: "with a passphrase",
    where: {
        guests: (device: string | null) => `served to guests from ${device ?? "here"}`,
        folder: (path: string) => `in the folder ${path}`,
        file: (path: string) => `in the file ${path}`,
        download: (name: string) => `a file that was saved, ${name}`,
        on: (where: string, device: string) => `${where}, on ${device}`,
    },
    showLink: "The link again",
    end: "End",
    endTitle: (name: string) => `Stop showing it to ${name}`,
    endExplain: (name: string) =>
        `Then ${name}’s link opens nothing any more. Keepsake cannot take back copies already saved.`,
    endFile: (name: string) =>
        `${name} has a file: it can still be opened by whoever has it. It is only taken off this list.`,
    keepOpen: "Go on showing it",
    ended: (name: string) =>
        `${name}’s link stops working now. Keepsake cannot take back copies already saved.`,
    endedFile: "It is off the list. The file that was saved can still be opened by whoever has it.",
    stillOn: (where: string) =>
        `It still stands ${where}. It is removed there the next time that Keepsake tends that device.`,
    stillHere: (where: string) =>
        `It still stands ${where}: it could not be removed. Remove it there yourself; Keepsake tries again.`,
    stillServed: (device: string) =>
        `Guests can still open it from ${device}, until Keepsake tends that device the next time.`,
    stillServedHere:
        "Guests may still be able to open it from here: it could not be removed. Keepsake tries again.",
    alsoAt: (at: string) => `If the folder was copied to ${at}, remove it there, too.`,
    change: "Change the date",
    changeTitle: (name: string) => `Until when ${name} can open it`,
    noDate: "No date: until I end it",
    changed: (name: string, date: string) => `${name} can open it until ${date}.`,
    changedNone: (name: string) => `${name} can open it until you end it.`,
    otherDateOn: (where: string) =>
        `The old date still stands ${where}, until Keepsake tends that device.`,
    otherDateServed: (device: string) =>
        `For guests of ${device} the old date still holds, until Keepsake tends that device.`,
    otherDateServedHere:
        "For guests who are served from here the old date still holds: the new one could not be written.",
    otherDateFile: "A file keeps the date that it was made with.",
    otherDateHere: (where: string) =>
        `The old date still stands ${where}: the new one could not be written.`,
    showSomething: "Show someone something",
    loadMore: "Show more",
};

export type ShowingWords = typeof showing;
