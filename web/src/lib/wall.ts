/** Things of different proportions hung in rows: each row of one height, as near to the target as can be. */
export interface WallRow<T> {
    things: { thing: T; ratio: number }[];
    /** of the proportions of all: a last row that is not full is filled up with nothing */
    ratio: number;
}

export function hang<T>(
    things: readonly { thing: T; ratio: number }[],
    width: number,
    target: number,
    gap: number,
): WallRow<T>[] {
    const rows: WallRow<T>[] = [];
    let row: { thing: T; ratio: number }[] = [];
    let sum = 0;
    const close = (ratio: number) => {
        if (row.length > 0) rows.push({ things: row, ratio });
        row = [];
        sum = 0;
    };
    for (const one of things) {
        row.push(one);
        sum += one.ratio;
        if ((width - gap * (row.length - 1)) / sum <= target * 1.12) close(sum);
    }
    // The last row is as high as the target, not stretched over the whole width.
    close(Math.max(sum, (width - gap * (row.length - 1)) / target));
    return rows;
}
