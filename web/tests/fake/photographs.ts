import type { Browser } from "playwright-core";

import { landscape } from "./landscape.ts";

/** Photographs that are made up (landscape.ts), as JPEG files of a given width; with some grain, so that they weigh what photographs do. */
export async function photographs(
    browser: Browser,
    wanted: readonly { seed: number; ratio: number; width: number; grain?: number }[],
): Promise<Buffer[]> {
    const page = await browser.newPage();
    const made: Buffer[] = [];
    for (const { seed, ratio, width, grain = 0 } of wanted) {
        const base64 = await page.evaluate(
            async ({ svg, width, height, grain }) => {
                const image = new Image();
                image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
                await image.decode();
                const canvas = document.createElement("canvas");
                canvas.width = width;
                canvas.height = height;
                const drawing = canvas.getContext("2d")!;
                drawing.drawImage(image, 0, 0, width, height);
                if (grain > 0) {
                    const pixels = drawing.getImageData(0, 0, width, height);
                    let state = 1;
                    for (let at = 0; at < pixels.data.length; at += 4) {
                        state = (state * 1103515245 + 12345) % 2147483648;
                        const by = ((state >> 8) % 100) / 100 - 0.5;
                        for (let c = 0; c < 3; c += 1) pixels.data[at + c]! += by * grain;
                    }
                    drawing.putImageData(pixels, 0, 0);
                }
                return canvas.toDataURL("image/jpeg", 0.82).split(",")[1]!;
            },
            {
                svg: landscape(seed, Math.round(ratio * 1000)),
                width,
                height: Math.round(width / ratio),
                grain,
            },
        );
        made.push(Buffer.from(base64, "base64"));
    }
    await page.close();
    return made;
}
