// Puts a .br and a .gz beside every built file that gets smaller by it, so that the server compresses nothing while it serves.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const compressible = /\.(html|js|css|svg|json|webmanifest|txt)$/;
const worthwhile = 0.9;

function* filesIn(folder) {
    for (const name of readdirSync(folder).sort()) {
        const path = join(folder, name);
        if (statSync(path).isDirectory()) yield* filesIn(path);
        else if (compressible.test(name)) yield path;
    }
}

const dist = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");
for (const path of filesIn(dist)) {
    const bytes = readFileSync(path);
    const brotli = brotliCompressSync(bytes, {
        params: {
            [constants.BROTLI_PARAM_QUALITY]: 11,
            [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
    });
    const gzip = gzipSync(bytes, { level: 9 });
    if (brotli.length < bytes.length * worthwhile) writeFileSync(`${path}.br`, brotli);
    if (gzip.length < bytes.length * worthwhile) writeFileSync(`${path}.gz`, gzip);
}
