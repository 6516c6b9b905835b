import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { checkManifests } from '../../src/check/manifest-check.ts';
import type { Report } from '../../src/check/finding.ts';
import type { Waiver } from '../../src/config/waivers.ts';
import { readManifests } from '../../src/kubernetes/read.ts';
import type { JsonObject } from '../../src/kubernetes/value.ts';

/** What a file with this one object would be read as. */
export function objectOf(object: object): JsonObject {
  const [manifest] = readManifests(Buffer.from(JSON.stringify(object)), 'object.json');
  if (!manifest) throw new Error('an object is one');
  return manifest.value;
}

const scratch: string[] = [];
afterAll(() => {
  for (const folder of scratch.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Texts of files by their paths. */
type Files = Iterable<readonly [string, string]>;

/** A folder that holds these files, until the tests are done. */
export function folderWith(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'manifests-'));
  scratch.push(folder);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** What `check` says of a folder that holds these files. */
export function reportOf(files: Files, waivers: readonly Waiver[] = []): Report {
  return checkManifests({ file: folderWith(files), name: 'folder' }, waivers);
}

/** A Secret, with `data` or `stringData`. */
export function secret(content: object): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, ...content };
}

/** A Pod with one container. */
export function podOf(name: string, image: string): object {
  const spec = { containers: [{ name: 'main', image }] };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
}
