import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Balancer {
  url: string;
  stop(): Promise<void>;
}

/** Stands before several instances, as the load balancer of a deployment does: each request goes to the next of them. */
export async function startBalancer(urls: readonly string[]): Promise<Balancer> {
  let turn = 0;
  const server = createServer((req, res) => {
    const target = new URL(req.url ?? '/', urls[turn % urls.length]);
    turn += 1;
    const passed = request(target, { method: req.method, headers: req.headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    passed.on('error', () => res.destroy());
    req.pipe(passed);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
