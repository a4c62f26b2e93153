/** "0:42", "1:02:03" */
export function clock(seconds: number): string {
    const whole = Math.round(seconds);
    const two = (n: number) => String(n).padStart(2, "0");
    const minutes = Math.floor(whole / 60);
    if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
    return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
