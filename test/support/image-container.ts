import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import * as z from 'zod';
import { scratchFolder } from './archive-make.ts';

/** What is changed of the runtime configuration that umoci derives from the image. */
const configSchema = z.looseObject({
  root: z.looseObject({}),
  process: z.looseObject({ args: z.array(z.string()), user: z.looseObject({}) }),
  mounts: z.array(z.looseObject({ destination: z.string() })),
  linux: z.looseObject({ namespaces: z.array(z.looseObject({ type: z.string() })) }),
});

interface ContainerOptions {
  /** In place of the image's entry point. */
  readonly entrypoint?: readonly string[] | undefined;
  /** Folders and files of this machine, by their path in the container. */
  readonly mounts?: Readonly<Record<string, Mount>> | undefined;
}

interface Mount {
  readonly source: string;
  readonly mode: 'ro' | 'rw';
}

const hosts: Mount = { source: '/etc/hosts', mode: 'ro' };

/**
 * Runs the image as a `restricted` Pod of Kubernetes does: the user of the image, no capabilities,
 * no new privileges, a read-only root, a `/tmp` and `/etc/hosts`; the network is this machine's.
 *
 * @param bundle - what `umoci unpack` made; it is not changed
 * @param args - after the entry point
 */
export async function runContainer(
  bundle: string,
  args: readonly string[],
  { entrypoint, mounts = {} }: ContainerOptions = {},
) {
  const config = configSchema.parse(JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8')));
  const own = scratchFolder();
  const folder = join(own, 'bundle');
  mkdirSync(folder);
  const restricted = {
    ...config,
    root: { path: join(bundle, 'rootfs'), readonly: true },
    process: {
      ...config.process,
      args: [...(entrypoint ?? config.process.args), ...args],
      terminal: false,
      noNewPrivileges: true,
      capabilities: { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] },
    },
    mounts: [
      ...config.mounts.filter(({ destination }) => /^\/(?:proc|dev)(?:\/|$)/u.test(destination)),
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev'] },
      ...Object.entries({ '/etc/hosts': hosts, ...mounts }).map(
        ([destination, { source, mode }]) => ({
          destination,
          type: 'bind',
          source,
          options: ['bind', mode],
        }),
      ),
    ],
    linux: {
      ...config.linux,
      namespaces: config.linux.namespaces.filter(({ type }) => type !== 'network'),
    },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(restricted));
  const id = `solutions-test-${process.pid}-${own.replace(/^.*-/u, '')}`;
  const { exitCode, stdout, stderr } = await execa(
    'runc',
    ['--root', join(own, 'state'), 'run', '--bundle', folder, id],
    { reject: false, stripFinalNewline: false, timeout: 60_000 },
  );
  return { exitCode, stdout, stderr };
}
