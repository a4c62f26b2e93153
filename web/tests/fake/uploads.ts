import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

import type { KeepReport } from "../../src/api/types.ts";
import { Answer, json, none } from "./answers.ts";
import type { Fake } from "./server.ts";

export interface Arriving {
    upload: string;
    keep: string;
    name: string;
    length: number;
    bytes: Buffer[];
    offset: number;
    state: KeepReport["files"][number]["state"];
    why?: string;
    free?: number;
}

export function reportOf(fake: Fake, response: ServerResponse, url: URL, keep: string): void {
    const files = [...fake.uploads.values()].filter((one) => one.keep === keep);
    const first = Number(url.searchParams.get("first") ?? 0);
    const some = files.slice(first, first + Number(url.searchParams.get("count") ?? 1000));
    const count = (state: string) => files.filter((one) => one.state === state).length;
    const report: KeepReport = {
        id: keep,
        arriving: count("arriving"),
        waiting: count("waiting"),
        kept: count("kept"),
        already: count("already"),
        failed: count("failed"),
        bytes: 0,
        files: some.map((one) => ({
            upload: one.upload,
            name: one.name,
            state: one.state,
            bytes: one.length,
            offset: one.offset,
            ...(one.why ? { why: one.why } : {}),
            ...(one.free === undefined ? {} : { free: one.free }),
        })),
    };
    json(response, report);
}

export async function tus(
    fake: Fake,
    request: IncomingMessage,
    response: ServerResponse,
    id?: string,
): Promise<void> {
    response.setHeader("Tus-Resumable", "1.0.0");
    if (request.method === "POST") {
        const metadata = new Map(
            String(request.headers["upload-metadata"] ?? "")
                .split(",")
                .map((pair) => pair.trim().split(" "))
                .map(([key = "", value = ""]) => [key, Buffer.from(value, "base64").toString()]),
        );
        const upload: Arriving = {
            upload: randomBytes(16).toString("hex"),
            keep: metadata.get("keep") ?? "",
            name: metadata.get("relativePath") ?? "",
            length: Number(request.headers["upload-length"]),
            bytes: [],
            offset: 0,
            state: "arriving",
        };
        if (upload.length > fake.room.onItsWay)
            throw new Answer(507, "no_space", "There is no room.", fake.room.onItsWay);
        fake.uploads.set(upload.upload, upload);
        if (upload.length === 0) finish(fake, upload);
        response.writeHead(201, { Location: `/api/v1/uploads/${upload.upload}` });
        response.end();
        return;
    }
    const upload = fake.uploads.get(id ?? "");
    if (!upload) throw new Answer(404, "not_found", "There is no such upload.");
    if (request.method === "HEAD") {
        response.writeHead(200, {
            "Upload-Offset": upload.offset,
            "Upload-Length": upload.length,
            "Cache-Control": "no-store",
        });
        response.end();
        return;
    }
    if (request.method === "DELETE") {
        fake.uploads.delete(upload.upload);
        return none(response);
    }
    if (Number(request.headers["upload-offset"]) !== upload.offset)
        throw new Answer(409, "conflict", "Not from there.");
    const checksum = request.headers["upload-checksum"];
    fake.chunks.push({ name: upload.name, checksum: String(checksum ?? ""), bytes: 0 });
    const chunk = fake.chunks.at(-1)!;
    const parts: Buffer[] = [];
    // Without a checksum what came of it stands.
    const stand = () => {
        upload.bytes.push(...parts);
        upload.offset += chunk.bytes;
    };
    try {
        for await (const part of request) {
            parts.push(part as Buffer);
            chunk.bytes += (part as Buffer).length;
            if (fake.cuts.times > 0 && chunk.bytes >= fake.cuts.after) {
                fake.cuts.times -= 1;
                if (!checksum) stand();
                request.socket.destroy();
                return;
            }
        }
    } catch {
        if (!checksum) stand();
        return;
    }
    if (checksum) {
        const damaging = fake.damaging.get(upload.name) ?? 0;
        fake.damaging.set(upload.name, damaging - 1);
        const bytes = Buffer.concat([...parts, ...(damaging > 0 ? [Buffer.from("x")] : [])]);
        if (checksum !== `sha256 ${createHash("sha256").update(bytes).digest("base64")}`)
            throw new Answer(460, "invalid", "The checksum is another one.");
    }
    stand();
    if (upload.offset === upload.length) finish(fake, upload);
    response.writeHead(204, { "Upload-Offset": upload.offset });
    response.end();
}

export function makeRoom(fake: Fake): void {
    Object.assign(fake.room, { all: Infinity, onItsWay: Infinity, archive: Infinity });
    for (const one of fake.uploads.values()) if (one.free !== undefined) finish(fake, one);
}

function finish(fake: Fake, upload: Arriving): void {
    const isBad = fake.failing.has(upload.name);
    delete upload.free;
    if (upload.length > fake.room.archive) {
        upload.state = "waiting";
        upload.free = fake.room.archive;
        return;
    }
    upload.state = isBad ? "failed" : "kept";
    if (isBad) upload.why = "The disk could not write it.";
    fake.tell("keep", { keep: upload.keep });
}
