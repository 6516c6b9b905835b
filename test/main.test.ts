import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { packageFile } from '../src/package.ts';
import { emptyFolder, removeFolders, solutions } from './support/cli.ts';

/** Node.js waits for no connection any more: what waits for an answer never goes on. */
const FORGET = `const { Socket } = require('node:net');
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...options) {
  return Reflect.apply(connect, this.unref(), options);
};
`;

afterAll(removeFolders);

it('a run that ends before it is done has failed, and says so', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const hook = join(emptyFolder(), 'forget.cjs');
  writeFileSync(hook, FORGET);
  const archive = packageFile('examples/web-store-1.1.0.iso');
  const args = ['push', archive, '--to', `127.0.0.1:${port}`, '--plain-http'];
  const { exitCode, stderr } = await solutions(args, {
    env: { NODE_OPTIONS: `--require ${hook}` },
  });
  server.close();
  expect(exitCode).toBe(1);
  expect(stderr).toContain('nothing was left to wait for before all was done');
});
