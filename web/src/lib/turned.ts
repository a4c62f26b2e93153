import type { Crop } from "../api/types.ts";

/** Where a picture stands in a frame, in CSS pixels, so that what a person turned and cropped fills the frame.
 * The picture's file is as it always was; `width` and `height` are those of its box before turning. */
export interface Pose {
    left: number;
    top: number;
    width: number;
    height: number;
    turn: number;
}

/** Requires: the frame has the proportions of what is shown. */
export function poseIn(frameWidth: number, frameHeight: number, turn = 0, crop?: Crop): Pose {
    const fullWidth = crop ? (frameWidth * 1000) / crop.width : frameWidth;
    const fullHeight = crop ? (frameHeight * 1000) / crop.height : frameHeight;
    const x = crop ? -(crop.x / 1000) * fullWidth : 0;
    const y = crop ? -(crop.y / 1000) * fullHeight : 0;
    const lies = turn === 90 || turn === 270;
    const width = lies ? fullHeight : fullWidth;
    const height = lies ? fullWidth : fullHeight;
    return {
        left: x + (fullWidth - width) / 2,
        top: y + (fullHeight - height) / 2,
        width,
        height,
        turn,
    };
}

/** The largest box of these proportions (thousandths) within another. */
export function fitIn(
    width: number,
    height: number,
    ratio: number,
): { width: number; height: number } {
    const shape = ratio / 1000;
    return width / height > shape
        ? { width: height * shape, height }
        : { width, height: width / shape };
}
