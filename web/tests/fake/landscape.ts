/** Landscapes for screenshots, made up by number: a sky, something in it, hills one behind the other. Nobody's picture. */
function random(seed: number): () => number {
    let state = (seed * 2654435761) >>> 0 || 1;
    return () => {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        state >>>= 0;
        return state / 2 ** 32;
    };
}

const skies = [
    ["#f3d9b1", "#c98b6b", "#3b4a4f"],
    ["#cfe3ea", "#8fb3c4", "#2f4a55"],
    ["#e9e2d0", "#b5b9a3", "#45513f"],
    ["#f0c9b8", "#a8748a", "#3a3550"],
    ["#d9e6d2", "#93b08c", "#2e4636"],
    ["#e6e8ee", "#a9b3c6", "#3c4660"],
    ["#f6e3c0", "#d9a86a", "#5b4030"],
    ["#d7dfe0", "#9aa7a6", "#323c3c"],
] as const;

function mixed(from: string, to: string, part: number): string {
    const channel = (text: string, at: number) => Number.parseInt(text.slice(at, at + 2), 16);
    const parts = [1, 3, 5].map((at) =>
        Math.round(channel(from, at) * (1 - part) + channel(to, at) * part),
    );
    return `#${parts.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}

export function landscape(seed: number, ratio: number): string {
    const next = random(seed + 11);
    for (let at = 0; at < 5; at += 1) next();
    const height = 600;
    const width = Math.max(60, Math.round((height * ratio) / 1000));
    const [high, low, near] = skies[Math.floor(next() * skies.length)]!;
    const horizon = height * (0.36 + next() * 0.3);
    const parts: string[] = [];
    if (next() < 0.7) {
        const size = height * (0.04 + next() * 0.06);
        const x = width * (0.15 + next() * 0.7);
        const y = horizon * (0.3 + next() * 0.5);
        parts.push(
            `<circle cx="${x}" cy="${y}" r="${size * 2.4}" fill="#fff" opacity=".16"/><circle cx="${x}" cy="${y}" r="${size}" fill="#fffaf0" opacity=".85"/>`,
        );
    }
    const hills = 3 + Math.floor(next() * 3);
    for (let hill = 0; hill < hills; hill += 1) {
        const part = (hill + 1) / hills;
        const base = horizon + (height - horizon) * (hill / hills) * 0.9;
        const rise = height * 0.13 * (1.25 - part * 0.6);
        const a = next() * 6;
        const b = 1 + next() * 2;
        const c = next() * 6;
        let path = `M0 ${height}`;
        for (let step = 0; step <= 48; step += 1) {
            const x = (width * step) / 48;
            const t = (x / height) * 2.2;
            path += `L${x.toFixed(1)} ${(base - rise * (0.6 * Math.sin(t * b + a) + 0.3 * Math.sin(t * b * 2.7 + c) + 0.1 * Math.sin(t * 9 + a))).toFixed(1)}`;
        }
        parts.push(`<path d="${path}L${width} ${height}Z" fill="${mixed(low, near, part)}"/>`);
    }
    if (next() < 0.35) {
        const y = height * (0.72 + next() * 0.1);
        parts.push(
            `<rect y="${y}" width="${width}" height="${height - y}" fill="${mixed(high, low, 0.35)}" opacity=".72"/>`,
        );
        for (let line = 0; line < 9; line += 1) {
            const x = width * next();
            parts.push(
                `<rect x="${x}" y="${y + (height - y) * next()}" width="${width * 0.12 * next()}" height="2" fill="#fff" opacity=".35"/>`,
            );
        }
    }
    return (
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">` +
        `<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${mixed(high, low, 0.55)}"/><stop offset=".55" stop-color="${high}"/></linearGradient></defs>` +
        `<rect width="${width}" height="${height}" fill="url(#s)"/>${parts.join("")}</svg>`
    );
}
