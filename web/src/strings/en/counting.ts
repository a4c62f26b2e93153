/** What the pages and the page of a guest count and date by. */
export const counting = {
    pages: (n: number, shown: string) => (n === 1 ? "one page" : `${shown} pages`),
    minutes: (n: number, shown: string) => (n === 1 ? "one minute" : `${shown} minutes`),
    numbers: [
        "none",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ],
    dates: {
        about: (date: string) => `about ${date}`,
        span: (from: string, to: string) => `${from} to ${to}`,
    },
};

export type Counting = typeof counting;
