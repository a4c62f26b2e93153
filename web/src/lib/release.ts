/** A film's or recording's bytes go with it, and what is still being fetched is not. */
export function release(media: HTMLMediaElement): void {
    media.pause();
    media.removeAttribute("src");
    media.load();
}
