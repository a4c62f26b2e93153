import type { IncomingMessage, ServerResponse } from "node:http";

/** What the server says instead of an answer. */
export class Answer extends Error {
    readonly status: number;
    readonly code: string;
    readonly free: number | undefined;
    constructor(status: number, code: string, message: string, free?: number) {
        super(message);
        this.status = status;
        this.code = code;
        this.free = free;
    }
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
    response.writeHead(status, {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
    });
    response.end(JSON.stringify(value));
}

export function none(response: ServerResponse): void {
    response.writeHead(204);
    response.end();
}

export async function bodyOf<T>(request: IncomingMessage): Promise<T> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    return JSON.parse(Buffer.concat(parts).toString() || "{}") as T;
}
