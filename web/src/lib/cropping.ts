import type { Crop } from "../api/types.ts";

/** A part of a picture while somebody chooses it: whole thousandths, never empty, never outside. */
export const kWhole: Crop = { x: 0, y: 0, width: 1000, height: 1000 };
/** At least so much of each side stays. */
export const kLeast = 50;
export type Side = "left" | "top" | "right" | "bottom";

function within(value: number, least: number, most: number): number {
    return Math.round(Math.min(most, Math.max(least, value)));
}

/** Where a side stands, from the left or from the top. */
export function sideAt(crop: Crop, side: Side): number {
    if (side === "left") return crop.x;
    if (side === "top") return crop.y;
    return side === "right" ? crop.x + crop.width : crop.y + crop.height;
}

/** How far a side can be moved. */
export function reachOf(crop: Crop, side: Side): [number, number] {
    if (side === "left") return [0, crop.x + crop.width - kLeast];
    if (side === "top") return [0, crop.y + crop.height - kLeast];
    return side === "right" ? [crop.x + kLeast, 1000] : [crop.y + kLeast, 1000];
}

export function withSide(crop: Crop, side: Side, at: number): Crop {
    const to = within(at, ...reachOf(crop, side));
    if (side === "left") return { ...crop, x: to, width: crop.x + crop.width - to };
    if (side === "top") return { ...crop, y: to, height: crop.y + crop.height - to };
    if (side === "right") return { ...crop, width: to - crop.x };
    return { ...crop, height: to - crop.y };
}

/** The same part elsewhere. */
export function movedBy(crop: Crop, byX: number, byY: number): Crop {
    return {
        ...crop,
        x: within(crop.x + byX, 0, 1000 - crop.width),
        y: within(crop.y + byY, 0, 1000 - crop.height),
    };
}

/** The same part of the picture after a quarter turn to the right. */
export function turnedRight(crop: Crop): Crop {
    return {
        x: 1000 - crop.y - crop.height,
        y: crop.x,
        width: crop.height,
        height: crop.width,
    };
}

export function isWhole(crop: Crop): boolean {
    return crop.width === 1000 && crop.height === 1000;
}
