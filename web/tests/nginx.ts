import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";

/** The program; none where it is not here. */
export const nginx = ["/usr/sbin/nginx", "nginx"].find(
    (name) => spawnSync(name, ["-v"], { stdio: "ignore" }).status === 0,
);

export async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    await new Promise((done) => server.close(done));
    return port;
}

/** An nginx as Debian sets it up but for what is said of one server, in a folder of its own. */
export class Nginx {
    private readonly child: ChildProcess;
    private readonly ended: Promise<unknown>;

    constructor(folder: string, server: string) {
        const path = join(folder, "nginx.conf");
        const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map((name) => `${name}_temp_path ${folder}/${name};`)
            .join(" ");
        writeFileSync(
            path,
            `daemon off; master_process off; pid ${folder}/pid; error_log stderr warn;
            events {}
            http {
                access_log off; default_type application/octet-stream;
                types { text/html html; text/javascript js; text/css css; font/woff2 woff2; }
                ${temporary}
                server { ${server} }
            }`,
        );
        this.child = spawn(nginx!, ["-p", folder, "-c", path], { stdio: "ignore" });
        this.ended = new Promise((done) => this.child.once("exit", done));
    }

    async end(): Promise<void> {
        this.child.kill();
        await this.ended;
    }
}
