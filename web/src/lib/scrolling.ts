/** A scroll box of bounded height over content of any height.
 *
 * Browsers cap the height of a box (Firefox near 17 million px, others at 33), so beyond a limit the box is shorter than
 * the content. Small movements go pixel for pixel; jumps (dragging the scroll bar, Home and End) are mapped in
 * proportion. Near both ends the two agree exactly, so that the first and the last row are always reached.
 */

export const kTallestBox = 6_000_000;
const kExactAtEnds = 200_000;

export class ScrollMap {
    readonly contentHeight: number;
    readonly boxHeight: number;

    constructor(contentHeight: number, tallest = kTallestBox) {
        this.contentHeight = contentHeight;
        this.boxHeight = Math.min(contentHeight, tallest);
    }

    get isExact(): boolean {
        return this.boxHeight === this.contentHeight;
    }

    private get atEnds(): number {
        return Math.min(kExactAtEnds, this.boxHeight / 4);
    }

    /** From a position in the box to one in the content. */
    toContent(box: number): number {
        if (this.isExact) return box;
        const ends = this.atEnds;
        if (box <= ends) return box;
        if (box >= this.boxHeight - ends) return this.contentHeight - (this.boxHeight - box);
        const part = (box - ends) / (this.boxHeight - 2 * ends);
        return ends + part * (this.contentHeight - 2 * ends);
    }

    /** From a position in the content to the one in the box that stands for it. */
    toBox(content: number): number {
        if (this.isExact) return content;
        const ends = this.atEnds;
        if (content <= ends) return content;
        if (content >= this.contentHeight - ends)
            return this.boxHeight - (this.contentHeight - content);
        const part = (content - ends) / (this.contentHeight - 2 * ends);
        return ends + part * (this.boxHeight - 2 * ends);
    }
}

/** Follows the scroll position of the box and says which part of the content stands there.
 *
 * `offset` is content minus box: what everything drawn is moved up by. It changes on jumps, and when the box is
 * put back in proportion while it rests (`rest`), where nothing is seen to move.
 */
export class ScrollFollower {
    map: ScrollMap;
    private box = 0;
    private shift = 0;

    constructor(map: ScrollMap) {
        this.map = map;
    }

    get content(): number {
        return this.box + this.shift;
    }

    get offset(): number {
        return this.shift;
    }

    /** The box was scrolled to `box`. Movements over `jump` px are taken for jumps. */
    scrolledTo(box: number, jump: number): void {
        const moved = Math.abs(box - this.box);
        this.box = box;
        if (this.map.isExact) this.shift = 0;
        else if (moved > jump) this.shift = this.map.toContent(box) - box;
    }

    /** Stand at a position of the content; returns where the box has to be scrolled to. */
    standAt(content: number): number {
        const box = Math.round(this.map.toBox(content));
        this.box = box;
        this.shift = this.map.isExact ? 0 : content - box;
        return box;
    }

    /** The box has drifted out of proportion by more than `most` px. */
    hasDrifted(most: number): boolean {
        return !this.map.isExact && Math.abs(this.map.toBox(this.content) - this.box) > most;
    }
}
