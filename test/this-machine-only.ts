import { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';

/*
 * For every test file (jest.config.mjs): a test that opens a connection to anywhere but this machine fails, whoever opens it, and
 * nothing leaves the machine.
 */

const here = ['localhost', '127.0.0.1', '::1'];
const left: string[] = [];
const connect = Socket.prototype.connect;

beforeAll(() => {
  Socket.prototype.connect = function guarded(this: Socket, ...args: unknown[]): Socket {
    const [first] = Array.isArray(args[0]) ? args[0] : args;
    const { host, path } = (typeof first === 'object' && first !== null ? first : {}) as {
      host?: string;
      path?: string;
    };
    // A path is that of a socket on this machine.
    if (!path && !here.includes(host ?? 'localhost')) {
      left.push(String(host));
      throw new Error(`${host} is outside of this machine`);
    }
    return (connect as (...all: unknown[]) => Socket).apply(this, args);
  } as typeof connect;
});

afterEach(() => expect(left.splice(0)).toEqual([]));

afterAll(() => {
  Socket.prototype.connect = connect;
});
