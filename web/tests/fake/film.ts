import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A film that browsers play, made by ffmpeg; nothing where that is not here. */
export function film(seconds: number): Uint8Array | undefined {
    const folder = mkdtempSync(join(tmpdir(), "keepsake-film-"));
    const path = join(folder, "film.mp4");
    const options = `-v error -f lavfi -i testsrc2=size=640x360:rate=25 -f lavfi -i sine=frequency=330 -t ${seconds}
        -c:v libx264 -preset ultrafast -pix_fmt yuv420p -b:v 3M -g 50 -c:a aac -movflags +faststart`;
    try {
        execFileSync("ffmpeg", [...options.split(/\s+/u), path], { stdio: "ignore" });
        return readFileSync(path);
    } catch {
        return undefined;
    } finally {
        rmSync(folder, { recursive: true });
    }
}
