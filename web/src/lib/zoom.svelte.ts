/** Size and place of the picture in the viewer: 1 fits it in. Fingers, wheel, keys and buttons all come here. */
const kMost = 16;
const kStep = 1.5;

export class Zoom {
    scale = $state(1);
    x = $state(0);
    y = $state(0);
    private readonly pointers = new Map<number, { x: number; y: number }>();
    private moved = 0;
    private swipe = { x: 0, y: 0 };

    reset(): void {
        this.scale = 1;
        this.x = 0;
        this.y = 0;
    }

    larger(): void {
        this.to(this.scale * kStep, 0, 0);
    }

    smaller(): void {
        this.to(this.scale / kStep, 0, 0);
    }

    /** The point (from the stage's middle) stays where it is. */
    to(scale: number, atX: number, atY: number): void {
        const next = Math.min(kMost, Math.max(1, scale));
        const factor = next / this.scale;
        this.x = atX - (atX - this.x) * factor;
        this.y = atY - (atY - this.y) * factor;
        this.scale = next < 1.02 ? 1 : next;
        if (this.scale === 1) this.reset();
    }

    /** Keeps some of the picture in view. */
    pan(byX: number, byY: number, width: number, height: number): void {
        const mostX = Math.max(0, (width * this.scale - width) / 2 + width / 4);
        const mostY = Math.max(0, (height * this.scale - height) / 2 + height / 4);
        this.x = Math.min(mostX, Math.max(-mostX, this.x + byX));
        this.y = Math.min(mostY, Math.max(-mostY, this.y + byY));
    }

    down(event: PointerEvent): void {
        this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
        if (this.pointers.size === 1) this.swipe = { x: 0, y: 0 };
        this.moved = 0;
    }

    /** Two fingers spread it, one moves it. */
    move(event: PointerEvent, stage: DOMRect): void {
        const old = this.pointers.get(event.pointerId);
        if (!old) return;
        const byX = event.clientX - old.x;
        const byY = event.clientY - old.y;
        this.moved += Math.abs(byX) + Math.abs(byY);
        const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
        this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
        if (other) {
            const before = Math.hypot(old.x - other.x, old.y - other.y);
            const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
            const middleX = (event.clientX + other.x) / 2 - stage.left - stage.width / 2;
            const middleY = (event.clientY + other.y) / 2 - stage.top - stage.height / 2;
            if (before > 0) this.to(this.scale * (after / before), middleX, middleY);
            this.swipe = { x: 0, y: 0 };
        } else if (this.scale > 1) this.pan(byX, byY, stage.width, stage.height);
        else this.swipe = { x: this.swipe.x + byX, y: this.swipe.y + byY };
    }

    /** -1 or 1 where a finger swept across to the one before or after. */
    up(event: PointerEvent): -1 | 0 | 1 {
        const wasAlone = this.pointers.size === 1;
        this.pointers.delete(event.pointerId);
        const { x, y } = this.swipe;
        this.swipe = { x: 0, y: 0 };
        if (!wasAlone || event.pointerType === "mouse" || this.scale > 1) return 0;
        if (Math.abs(x) < 60 || Math.abs(x) < 2 * Math.abs(y)) return 0;
        return x < 0 ? 1 : -1;
    }
}
