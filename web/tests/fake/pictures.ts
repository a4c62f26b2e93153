import { deflateSync } from "node:zlib";

/** Small PNG pictures of any proportions, each of its own colours: enough to lay out and to look at. */
const table = new Uint32Array(256).map((_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1)
        value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value;
});

function crc(bytes: Uint8Array): number {
    let value = 0xffffffff;
    for (const byte of bytes) value = (table[(value ^ byte) & 255] as number) ^ (value >>> 8);
    return (value ^ 0xffffffff) >>> 0;
}

function chunk(name: string, data: Uint8Array): Buffer {
    const out = Buffer.alloc(data.length + 12);
    out.writeUInt32BE(data.length, 0);
    out.write(name, 4, "latin1");
    out.set(data, 8);
    out.writeUInt32BE(crc(out.subarray(4, data.length + 8)), data.length + 8);
    return out;
}

function colour(hue: number, light: number): [number, number, number] {
    const part = (shift: number): number => {
        const k = (shift + hue / 30) % 12;
        const a = 0.35 * Math.min(light, 1 - light);
        return Math.round(255 * (light - a * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
    };
    return [part(0), part(8), part(4)];
}

export function picture(seed: number, ratio: number): Buffer {
    const height = 48;
    const width = Math.max(1, Math.round((height * ratio) / 1000));
    const rows = Buffer.alloc(height * (1 + width * 3));
    const top = colour((seed * 47) % 360, 0.72);
    const bottom = colour((seed * 47 + 30) % 360, 0.36);
    for (let y = 0; y < height; y += 1) {
        const part = y / height;
        for (let x = 0; x < width; x += 1) {
            const at = y * (1 + width * 3) + 1 + x * 3;
            for (let c = 0; c < 3; c += 1) rows[at + c] = top[c]! * (1 - part) + bottom[c]! * part;
        }
    }
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    head.set([8, 2, 0, 0, 0], 8);
    return Buffer.concat([
        Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
        chunk("IHDR", head),
        chunk("IDAT", deflateSync(rows, { level: 1 })),
        chunk("IEND", new Uint8Array()),
    ]);
}
