/** A recording that is made up: a tone that comes and goes, 16 bits, one channel, WAV. */
export function tone(seconds: number, rate = 8000): Uint8Array {
    const count = Math.round(seconds * rate);
    const out = Buffer.alloc(44 + count * 2);
    out.write("RIFF", 0);
    out.writeUInt32LE(36 + count * 2, 4);
    out.write("WAVEfmt ", 8);
    out.writeUInt32LE(16, 16);
    out.writeUInt16LE(1, 20);
    out.writeUInt16LE(1, 22);
    out.writeUInt32LE(rate, 24);
    out.writeUInt32LE(rate * 2, 28);
    out.writeUInt16LE(2, 32);
    out.writeUInt16LE(16, 34);
    out.write("data", 36);
    out.writeUInt32LE(count * 2, 40);
    for (let at = 0; at < count; at += 1) {
        const time = at / rate;
        const value = Math.sin(time * 440 * 2 * Math.PI) * Math.sin(time * 0.7) * 3000;
        out.writeInt16LE(Math.round(value), 44 + at * 2);
    }
    return out;
}
