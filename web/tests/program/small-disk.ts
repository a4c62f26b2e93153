import { spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { serving } from "./serving.ts";

/** How something is mounted that nobody else sees, and that ends with its program; none: it may not be. */
const way = ["-Urm", "-m"].find(
    (one) =>
        spawnSync(
            "unshare",
            [one, "mount", "-t", "tmpfs", "-o", "size=64k", "keepsake-test", tmpdir()],
            { stdio: "ignore" },
        ).status === 0,
);
export const skipWithoutMounts = way
    ? false
    : "nothing may be mounted here (no user namespaces, not root)";

/** Runs the program, and does to its disk what it is told, until nobody tells it any more. */
const kScript = `
disk=$1
mount -t tmpfs -o "size=$2" keepsake-test "$disk" || exit 1
shift 2
"$@" &
server=$!
while read -r what bytes; do
    case $what in
        leave)
            rm -f "$disk/filler"
            free=$(df --output=avail -B1 "$disk" | tail -n 1)
            head -c "$((free - bytes))" /dev/zero >"$disk/filler"
            ;;
        room) rm -f "$disk/filler" ;;
        list) find "$disk/archive/tmp" -type f ! -name reserve ! -name lock ;;
    esac
    echo "did $what"
done
kill "$server"
wait "$server"
`;

/** `keepsake serve` over an archive on a disk of its own, a small one. */
export class SmallDisk {
    readonly address: string;
    private readonly child: ChildProcess;

    private constructor(child: ChildProcess, address: string) {
        this.child = child;
        this.address = address;
    }

    static async begin(folder: string, size: string): Promise<SmallDisk> {
        const disk = join(folder, "disk");
        mkdirSync(disk);
        const { child, address } = await serving(folder, [], {
            archive: join(disk, "archive"),
            through: ["unshare", way!, "sh", "-c", kScript, "sh", disk, size],
        });
        return new SmallDisk(child, address);
    }

    /** Fills it but for so many bytes. */
    async leave(bytes: number): Promise<void> {
        await this.tell(`leave ${bytes}`);
    }
    async makeRoom(): Promise<void> {
        await this.tell("room");
    }
    /** Files of the archive that are half-made. */
    async halfMade(): Promise<string[]> {
        return this.tell("list");
    }

    async end(): Promise<void> {
        const over = new Promise((done) => this.child.once("exit", done));
        this.child.stdin?.end();
        await over;
    }

    private tell(line: string): Promise<string[]> {
        return new Promise((done) => {
            let said = "";
            const hear = (part: Buffer) => {
                said += String(part);
                if (!/^did /mu.test(said)) return;
                this.child.stdout?.off("data", hear);
                done(said.split("\n").filter((one) => one !== "" && !one.startsWith("did ")));
            };
            this.child.stdout?.on("data", hear);
            this.child.stdin?.write(`${line}\n`);
        });
    }
}
