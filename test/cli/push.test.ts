import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { packageFile } from '../../src/package.ts';
import { makeTree, scratchFolder } from '../support/archive-make.ts';
import { exampleFolder, program, removeFolders, solutions } from '../support/cli.ts';
import { htpasswdAuth, passwordEntry } from '../support/registry-auth.ts';
import { isUpload, startFaultProxy } from '../support/registry-fault.ts';
import { freePort, startRegistry, storedTag } from '../support/registry-server.ts';
import { addBigImage, digestsIn, noise } from '../support/registry-set.ts';
import { pullWhole, rawDigest } from '../support/registry-skopeo.ts';
import { makeAuthority } from '../support/registry-tls.ts';
import { signalledAt } from '../support/slow-read.ts';

afterAll(removeFolders);

const MIB = 1 << 20;
const archive = packageFile('examples/web-store-1.0.0.iso');

/** A loaded machine may take long enough for a line of progress. */
const onlyProgress = /^(?:pushing: \d+% of [^\n]* left\n)*$/u;

function push(host: string, args: readonly string[], env: Record<string, string> = {}) {
  const settings = { HOME: scratchFolder(), REGISTRY_AUTH_FILE: '', ...env };
  return solutions(['push', ...args, '--to', host], { env: settings });
}

describe('push', () => {
  it('prints what it did as a table; a second run finds everything there', async () => {
    const registry = await startRegistry();
    const first = await push(`${registry.host}/lab`, [archive, '--plain-http', '--verify']);
    expect(first.stderr).toMatch(onlyProgress);
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toMatch(/^lab\/web-store-1\.0\.0\/storefront:1\.0\.0 +pushed +sha256:/mu);
    expect(first.stdout).toMatch(/^pushed +3 +\d+ +[\d.]+ KiB$/mu);
    const second = await push(`${registry.host}/lab`, [archive, '--plain-http']);
    expect(second.exitCode).toBe(0);
    expect(second.stdout).toMatch(/^pushed +0 +0 +0 B$/mu);
    expect(second.stdout).toMatch(/^already there +3 +- +-$/mu);
    await pullWhole(`${registry.host}/lab/web-store-1.0.0/storefront:1.0.0`);
  });

  it('tells a program the same as JSON', async () => {
    const registry = await startRegistry();
    const { exitCode, stdout } = await push(registry.host, [archive, '--plain-http', '-o', 'json']);
    expect(exitCode).toBe(0);
    const report: unknown = JSON.parse(stdout);
    expect(report).toMatchObject({
      to: registry.host,
      exitCode: 0,
      blobs: { sent: { blobs: expect.any(Number) }, mounted: {}, present: { blobs: 0 } },
      images: [
        { id: 'web-store-1.0.0', image: 'session-cache:7.2.4', status: 'pushed' },
        { repository: 'web-store-1.0.0/storefront', tag: '1.0.0' },
        { digest: expect.stringMatching(/^sha256:/u) },
      ],
    });
  });

  it('says in a dry run what it would send, and sends nothing', async () => {
    const registry = await startRegistry();
    const { exitCode, stdout } = await push(registry.host, [archive, '--plain-http', '--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^would be pushed +3 +[1-9]/mu);
    expect((await registry.requests()).filter(({ method }) => method !== 'HEAD')).toEqual([]);
  });

  it('with many jobs prints no warning of Node', async () => {
    const registry = await startRegistry();
    const args = [largeTree(), '--plain-http', '--jobs', '32'];
    const { exitCode, stderr } = await push(registry.host, [archive, ...args]);
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain('Warning');
  });

  it('mounts what metadata/ knows of another version', async () => {
    const registry = await startRegistry();
    const folder = exampleFolder('metadata');
    const run = async (name: string) =>
      solutions(['-C', folder, 'push', `examples/${name}`, '--to', registry.host, '--plain-http']);
    expect((await run('web-store-1.0.0.iso')).exitCode).toBe(0);
    const { exitCode, stdout } = await run('web-store-1.1.0.iso');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^mounted +- +[1-9]/mu);
    const mounts = (await registry.requests()).filter(({ path }) =>
      path.includes('from=web-store-1.0.0'),
    );
    expect(mounts.map(({ status }) => status)).toContain(201);
  });

  it('sends all where metadata/ cannot be read, and says so', async () => {
    const registry = await startRegistry();
    const folder = scratchFolder();
    writeFileSync(join(folder, 'metadata'), 'of something else');
    const { exitCode, stdout, stderr } = await push(registry.host, [
      '-C',
      folder,
      archive,
      '--plain-http',
    ]);
    expect(stderr).toMatch(/^warning: .*metadata: .*not a directory/mu);
    expect(stdout).toMatch(/^pushed +3 +\d+ +[\d.]+ KiB$/mu);
    expect(exitCode).toBe(0);
  });

  it.each([
    ['that is not in its place', 'images/scality/web/1.0/manifest.json', 'left out: "images/sc'],
    ['of which there is none', 'other/file', 'there is no image in the archive'],
  ])('warns of an image %s: nothing is sent of it', async (_, path, expected) => {
    const registry = await startRegistry();
    const folder = makeTree(scratchFolder(), { images: [], files: { [path]: '{}' } });
    const { exitCode, stderr } = await push(registry.host, [folder, '--plain-http']);
    expect(stderr).toContain('warning: ');
    expect(stderr).toContain(expected);
    expect(exitCode).toBe(0);
  });
});

describe('--mount-from', () => {
  it.each(['web-store-0.9.0', 'other/place'])(
    'says in one line that nothing could be mounted from %s',
    async (from) => {
      const registry = await startRegistry();
      const args = [archive, '--plain-http', '--mount-from', from];
      const { exitCode, stderr } = await push(registry.host, args);
      expect(exitCode).toBe(0);
      expect(stderr.match(/^Nothing could be mounted from .*$/gmu)).toEqual([
        `Nothing could be mounted from ${from}: is \`--mount-from\` right?`,
      ]);
    },
  );

  it('says nothing where it helped, or where nothing had to be sent', async () => {
    const registry = await startRegistry();
    const run = (name: string, from: string) =>
      push(registry.host, [packageFile(`examples/${name}`), '--plain-http', '--mount-from', from]);
    const ends = [
      await push(registry.host, [packageFile('examples/web-store-1.0.0.iso'), '--plain-http']),
      await run('web-store-1.1.0.iso', 'web-store-1.0.0'),
      await run('web-store-1.1.0.iso', 'web-store-0.9.0'),
    ];
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(ends[1]?.stdout).toMatch(/^mounted +- +[1-9]/mu);
    for (const { stderr } of ends) expect(stderr).not.toContain('Nothing could be mounted');
  });
});

describe('push ends with', () => {
  it.each([
    ['no registry', [archive]],
    ['a URL for a registry', [archive, '--to', 'https://registry.example']],
    ['a path in capitals', [archive, '--to', 'registry.example/Lab']],
    ['no number of jobs', [archive, '--to', 'registry.example', '-j', '0']],
    ['a certificate without its key', [archive, '--to', 'registry.example', '--cert', 'a.pem']],
    ['a name that is too long', [archive, '--to', `registry.example/${'a'.repeat(240)}`]],
    ['a path to mount from', [archive, '--to', 'r.example', '--mount-from', '../../x/y?a=b']],
    ['no id to mount from', [archive, '--to', 'r.example', '--mount-from', 'Bad Id!!']],
    ['nothing to mount from', [archive, '--to', 'r.example', '--mount-from', '']],
    ['one archive twice', [archive, 'examples/web-store-1.0.0.iso', '--to', 'registry.example']],
  ])('2 where it was asked for %s', async (_, args) => {
    const { exitCode, stdout } = await solutions(['push', ...args], { cwd: packageFile('.') });
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
  });

  it('20 where an archive is missing or damaged, before anything is sent', async () => {
    const registry = await startRegistry();
    const damaged = join(scratchFolder(), 'damaged.iso');
    writeFileSync(damaged, readFileSync(archive));
    truncateSync(damaged, 100_000);
    const { exitCode, stderr } = await push(registry.host, [
      archive,
      damaged,
      'no-such.iso',
      '--plain-http',
    ]);
    expect(exitCode).toBe(20);
    expect(stderr).toContain('damaged.iso');
    expect(stderr).toContain('no-such.iso');
    expect(await registry.requests()).toEqual([]);
  });

  it('20 where no registry can ever hold the id', async () => {
    const tree = makeTree(scratchFolder(), {
      version: '1.0.0+build',
      images: [{ name: 'app', tag: '1' }],
    });
    const { exitCode, stderr } = await push('127.0.0.1:1', [tree, '--plain-http']);
    expect(exitCode).toBe(20);
    expect(stderr).toContain('no registry accepts this id');
  });

  it('21 where credentials are missing; the files and helpers of people give them', async () => {
    const registry = await startRegistry({ auth: htpasswdAuth() });
    const args = [archive, '--plain-http'];
    const without = await push(registry.host, args);
    expect(without.exitCode).toBe(21);
    expect(without.stderr).toContain('no credentials were found');

    const folder = scratchFolder();
    const file = join(folder, '.dockerconfigjson');
    writeFileSync(file, JSON.stringify({ auths: { [registry.host]: passwordEntry() } }));
    expect((await push(registry.host, [...args, '--authfile', file])).exitCode).toBe(0);
    expect((await push(registry.host, args, { REGISTRY_AUTH_FILE: file })).exitCode).toBe(0);

    const helper = join(folder, 'docker-credential-vault');
    const answer = JSON.stringify({ Username: 'pusher', Secret: 'secret' });
    const script = `#!/bin/sh\nread -r host || true\n[ "$1 $host" = "get ${registry.host}" ] && echo '${answer}'\n`;
    writeFileSync(helper, script, { mode: 0o755 });
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ credsStore: 'vault' }));
    const path = `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
    const env = { DOCKER_CONFIG: folder, PATH: path };
    expect((await push(registry.host, args, env)).exitCode).toBe(0);
    writeFileSync(helper, '#!/bin/sh\necho "credentials not found in native keychain"; exit 1\n');
    expect((await push(registry.host, args, env)).stderr).toContain('no credentials were found');
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ credsStore: 'absent' }));
    const absent = await push(registry.host, args, env);
    expect(absent.exitCode).toBe(21);
    expect(absent.stderr).toContain('docker-credential-absent is not on the PATH');
  });

  it('22 where the registry takes no writes, and lists every image', async () => {
    const registry = await startRegistry({ isReadOnly: true });
    const { exitCode, stdout, stderr } = await push(registry.host, [archive, '--plain-http']);
    expect(exitCode).toBe(22);
    expect(stdout).toMatch(/^failed +3 /mu);
    expect(stderr).toContain('None of the 3 images is in the registry. When');
    expect(stderr).toContain('solutions push');
  });

  it('23 where nothing listens, soon, with the command to run again', async () => {
    const port = await freePort();
    const start = performance.now();
    const { exitCode, stderr } = await push(`127.0.0.1:${port}`, [archive, '--plain-http']);
    expect(exitCode).toBe(23);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(stderr).toContain('nothing listens there');
    expect(stderr).toContain(`solutions push ${archive} --to 127.0.0.1:${port} --plain-http`);
  });

  it('1 where the certificate is of an unknown CA, and 0 with its CA', async () => {
    const authority = makeAuthority();
    const registry = await startRegistry({ tls: authority.server });
    const unknown = await push(registry.host, [archive]);
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toContain('--cacert');
    expect((await push(registry.host, [archive, '--cacert', authority.ca])).exitCode).toBe(0);
  });
});

/** `store` with three images of one large layer each. */
function largeTree(size = 2 * MIB): string {
  const tree = makeTree(scratchFolder(), { images: [] });
  for (const name of ['a', 'b', 'c']) {
    addBigImage(tree, { name, tag: '1', layers: [noise(size)] });
  }
  return tree;
}

describe('push that is stopped', () => {
  it.each([
    ['SIGINT', 130, /^Interrupted\. (?:None of the|\d of) 3 images (?:is|are) in the registry/mu],
    ['SIGTERM', 143, /^Interrupted\. (?:None of the|\d of) 3 images (?:is|are) in the registry/mu],
    ['SIGKILL', undefined, /^(?!.*Interrupted)/su],
  ] as const)(
    'by %s leaves only complete images, and the next run sends only what is missing',
    async (signal, code, said) => {
      const registry = await startRegistry();
      let isSlow = true;
      const proxy = await startFaultProxy(registry.host, (request) =>
        isSlow && isUpload(request) ? { bytesPerSecond: 2 * MIB } : undefined,
      );
      const tree = largeTree();
      const args = ['push', tree, '--to', proxy.host, '--plain-http', '-j', '1'];
      const child = execa('node', [program, ...args], { reject: false });
      // The second large layer is on its way: the first image is there, or will be at once.
      await until(
        () =>
          proxy.seen.filter(isUpload).some(({ bytes }) => bytes > 0) &&
          storedBlobs(proxy.seen) >= 1,
      );
      child.kill(signal);
      const { exitCode, stderr } = await child;
      expect(exitCode).toBe(code);
      const done = uploadedWhole(proxy.seen);
      expect(stderr).toMatch(said);
      for (const [image, digest] of digestsIn(tree)) {
        const [name = '', tag = ''] = image.split(':');
        const stored = storedTag(registry, `store-1.0.0/${name}`, tag);
        if (stored !== undefined) await pullWhole(`${registry.host}/store-1.0.0/${image}`);
        expect([undefined, digest]).toContain(stored);
      }

      isSlow = false;
      const before = proxy.seen.length;
      const again = await solutions(args);
      expect(again.exitCode).toBe(0);
      const sent = proxy.seen.slice(before).filter(isUpload).map(digestOfUpload);
      expect(done.length).toBeGreaterThan(0);
      expect(sent.filter((digest) => done.includes(digest))).toEqual([]);
      expect(new Set([...sent, ...done]).size).toBe(6);
      for (const [image, digest] of digestsIn(tree)) {
        expect(await rawDigest(`${registry.host}/store-1.0.0/${image}`)).toBe(digest);
      }
    },
  );
});

describe('push that is stopped while it reads an archive', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s ends with its code (%i), and asks the registry nothing',
    async (signal, code) => {
      const registry = await startRegistry();
      const args = ['push', archive, '--to', registry.host, '--plain-http'];
      const { exitCode, stdout, stderr } = await signalledAt(archive, signal, args);
      expect(exitCode).toBe(code);
      expect(stdout).toBe('');
      expect(stderr).toContain('interrupted');
      expect(await registry.requests()).toEqual([]);
    },
  );
});

type Seen = Awaited<ReturnType<typeof startFaultProxy>>['seen'];

function digestOfUpload({ path }: { readonly path: string }): string {
  return /digest=sha256%3A([0-9a-f]{64})/u.exec(path)?.[1] ?? 'none';
}

/** With one job, an upload is over when another request has come. */
function uploadedWhole(seen: Seen): string[] {
  return seen
    .filter((request, index) => isUpload(request) && index < seen.length - 1)
    .map(digestOfUpload);
}

function storedBlobs(seen: Seen): number {
  return uploadedWhole(seen).length;
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000; tries += 1) {
    if (isTrue()) return;
    await sleep(10);
  }
  throw new Error('it never came to that');
}

describe('push of a large layer', () => {
  it('takes under 100 MB of memory for 1.5 GB', async () => {
    const registry = await startRegistry();
    const tree = makeTree(scratchFolder(), { images: [] });
    addHole(tree, 1536 * MIB);
    const args = ['push', tree, '--to', registry.host, '--plain-http'];
    const child = execa('node', [program, ...args], { reject: false });
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, peakMemory(child.pid ?? 0));
    }, 20);
    const { exitCode } = await child;
    clearInterval(watch);
    expect(exitCode).toBe(0);
    expect(peak).toBeGreaterThan(30e6);
    expect(peak).toBeLessThan(100e6);
  }, 180_000);
});

/** The most memory that a process had so far, in bytes; 0 when it is gone. */
function peakMemory(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** An image whose layer is nothing but zeros, and takes no space. */
function addHole(tree: string, size: number): void {
  const hash = createHash('sha256');
  const zeros = Buffer.alloc(MIB);
  for (let done = 0; done < size; done += MIB) hash.update(zeros);
  const [small] = addBigImage(tree, { name: 'hole', tag: '1', layers: [Buffer.from('x')] });
  const hex = hash.digest('hex');
  const folder = join(tree, 'images/hole/1');
  writeFileSync(join(folder, hex), '');
  truncateSync(join(folder, hex), size);
  const file = join(folder, 'manifest.json');
  const text = readFileSync(file, 'utf8').replace(
    `${small}","size":1}`,
    `sha256:${hex}","size":${size}}`,
  );
  writeFileSync(file, text);
}

describe('the progress of a push', () => {
  it('is one line that is drawn over on a terminal, and never goes back', async () => {
    const registry = await startRegistry();
    let uploads = 0;
    const proxy = await startFaultProxy(registry.host, (request) => {
      if (!isUpload(request)) return undefined;
      uploads += 1;
      // The second one breaks, and is sent again.
      return uploads === 2 ? { cutAfter: MIB } : { bytesPerSecond: 6 * MIB };
    });
    const command = `node ${program} push ${largeTree(6 * MIB)} --to ${proxy.host} --plain-http -j 2`;
    const { stdout } = await execa('script', ['-qec', command, '/dev/null'], {
      env: { COLUMNS: '200', TERM: 'xterm' },
    });
    const lines = stdout.split('\r').filter((line) => line.includes('% of'));
    expect(lines.length).toBeGreaterThan(3);
    expect(lines[0]).toMatch(
      /^pushing: \d+% of 18\.0 MiB, \d of 3 images, [\d.]+ [KM]iB\/s, \d+ s left/u,
    );
    const percents = lines.map((line) => Number(/(\d+)% of/u.exec(line)?.[1]));
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
  });
});
