import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

import type { Item, KeepReport } from "../../src/api/types.ts";

/** The program that is tested; "" where none was named. */
export const program = process.env.KEEPSAKE_PROGRAM ?? "";
export const skipWithout = program ? false : "KEEPSAKE_PROGRAM names no program";
export const isLong = process.env.KEEPSAKE_TEST_LONG === "1";

export interface Serving {
    child: ChildProcess;
    address: string;
}

interface Place {
    archive?: string;
    /** the command that runs the program; what it reads is a pipe */
    through?: readonly string[];
}

/** `keepsake serve` over an archive in this folder, on a port that is free. */
export async function serving(
    folder: string,
    more: readonly string[] = [],
    { archive = join(folder, "archive"), through = [] }: Place = {},
): Promise<Serving> {
    const [command = program, ...words] = [...through, program];
    const child = spawn(
        command,
        [...words, "serve", "--archive", archive, "--port", "0", ...more],
        {
            env: { ...process.env, KEEPSAKE_STATE: join(folder, "state"), HOME: folder },
            stdio: [through.length > 0 ? "pipe" : "ignore", "pipe", "pipe"],
        },
    );
    const address = await new Promise<string>((ready, failed) => {
        let said = "";
        const hear = (part: Buffer) => {
            said += String(part);
            const found = /http:\/\/127\.0\.0\.1:\d+/u.exec(said);
            if (found) ready(found[0]);
        };
        child.stdout?.on("data", hear);
        child.stderr?.on("data", hear);
        child.on("exit", () => failed(new Error(`it ended: ${said}`)));
    });
    return { child, address };
}

export async function ended(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const over = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    await over;
}

/** What a browser would remember, without one. */
export class Session {
    readonly address: string;
    cookie = "";

    constructor(address: string) {
        this.address = address;
    }

    async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
        const response = await fetch(`${this.address}/api/v1${path}`, {
            method,
            headers: {
                Cookie: this.cookie,
                ...(body === undefined ? {} : { "Content-Type": "application/json" }),
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const set = response.headers.get("set-cookie");
        if (set) this.cookie = set.split(";")[0] ?? "";
        if (!response.ok)
            throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
        return (response.status === 204 ? undefined : await response.json()) as T;
    }

    /** Keeps files and waits until each is kept and looked at; gives their items. */
    async keep(files: readonly { name: string; bytes: Buffer }[]): Promise<string[]> {
        const { id } = await this.ask<{ id: string }>("POST", "/keeps", {});
        const base64 = (text: string) => Buffer.from(text).toString("base64");
        for (const { name, bytes } of files) {
            const headers = { Cookie: this.cookie, "Tus-Resumable": "1.0.0" };
            const made = await fetch(`${this.address}/api/v1/uploads`, {
                method: "POST",
                headers: {
                    ...headers,
                    "Upload-Length": String(bytes.length),
                    "Upload-Metadata": `keep ${base64(id)},filename ${base64(name)}`,
                },
            });
            const sent = await fetch(this.address + made.headers.get("Location"), {
                method: "PATCH",
                headers: {
                    ...headers,
                    "Upload-Offset": "0",
                    "Content-Type": "application/offset+octet-stream",
                },
                body: new Uint8Array(bytes),
            });
            if (sent.status !== 204) throw new Error(`${name}: ${sent.status}`);
        }
        for (;;) {
            await new Promise((wake) => setTimeout(wake, 100));
            const report = await this.ask<KeepReport>("GET", `/keeps/${id}`);
            if (report.waiting + report.arriving > 0) continue;
            const items = report.files.map((one) => one.item ?? "");
            const all = await Promise.all(
                items.map((item) => this.ask<Item>("GET", `/items/${item}`)),
            );
            if (all.every((one) => one.kind !== "unread")) return items;
        }
    }
}
