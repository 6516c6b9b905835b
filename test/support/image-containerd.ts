import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { scratchFolder } from './archive-make.ts';

/** Runs `ctr -n k8s.io` with these arguments, as on a node, and gives its standard output. */
type Ctr = (args: readonly string[]) => Promise<string>;

/** Starts a containerd with folders of its own; it ends with the test. */
export async function startContainerd(): Promise<Ctr> {
  const folder = scratchFolder();
  const socket = join(folder, 'containerd.sock');
  const config = join(folder, 'config.toml');
  writeFileSync(config, configText(folder, socket));
  const child = spawn('containerd', ['--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const ctr: Ctr = async (args) => {
    const all = ['--address', socket, '--namespace', 'k8s.io', ...args];
    return (await execa('ctr', all, { timeout: 30_000 })).stdout;
  };
  for (let tries = 0; tries < 200 && !existsSync(socket); tries += 1) {
    if (child.exitCode !== null) throw new Error(`containerd ended: ${log}`);
    await sleep(50);
  }
  return ctr;
}

/** Without the plugin for Kubernetes, which wants a network and sandbox images. */
function configText(folder: string, socket: string): string {
  return `version = 2
root = "${join(folder, 'root')}"
state = "${join(folder, 'state')}"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "${socket}"
`;
}
