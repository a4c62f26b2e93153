/** Files as a browser gives them: chosen, dropped with their folders, pasted. */
export interface GivenFile {
    file: File;
    /** with its folders: "Fotos/2020/a.jpg" */
    path: string;
}

export function filesOfInput(input: HTMLInputElement): GivenFile[] {
    const given = Array.from(input.files ?? [], (file) => ({
        file,
        path: file.webkitRelativePath || file.name,
    }));
    input.value = "";
    return given;
}

/** Everything in it, folders to their depth. Entries must be taken before the first wait: the browser empties it then. */
export async function filesOf(data: DataTransfer): Promise<GivenFile[]> {
    const entries: FileSystemEntry[] = [];
    const loose: GivenFile[] = [];
    for (const item of data.items) {
        if (item.kind !== "file") continue;
        const entry = item.webkitGetAsEntry?.();
        const file = item.getAsFile();
        if (entry?.isDirectory) entries.push(entry);
        else if (file) loose.push({ file, path: file.name });
    }
    for (const entry of entries) await walk(entry, loose);
    return loose;
}

async function walk(entry: FileSystemEntry, into: GivenFile[]): Promise<void> {
    if (entry.isFile) {
        const file = await new Promise<File | undefined>((done) =>
            (entry as FileSystemFileEntry).file(done, () => done(undefined)),
        );
        // What cannot even be opened is still named among what was not kept.
        const path = entry.fullPath.replace(/^\//u, "");
        into.push({ file: file ?? unreadable(entry.name), path });
        return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
        const some = await new Promise<FileSystemEntry[]>((done) =>
            reader.readEntries(done, () => done([])),
        );
        if (some.length === 0) return;
        for (const one of some) await walk(one, into);
    }
}

function unreadable(name: string): File {
    const file = new File([], name);
    file.slice = () => {
        throw new DOMException("", "NotReadableError");
    };
    return file;
}
