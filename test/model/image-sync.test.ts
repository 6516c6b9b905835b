import { describe, expect, it } from 'vitest';
import {
  errorsOf,
  makeArchive,
  makeConfig,
  noticesOf,
  stateOf,
  type ArchiveText,
  type Scenario,
} from '../support/model-make.ts';
import { resolve } from '../../src/model/resolve.ts';
import { complaintsOf } from '../support/complaints.ts';

const registry = '  registry: {endpoint: "registry.example:5000", base: solutions}\n';
const onNode = `${registry}  imageSync: {image: "a:1", archives: {node: bootstrap, path: /archives}}\n`;
const behindClaim = `${registry}  imageSync: {image: "a:1", archives: {claim: archives}}\n`;

/** The state of one archive, listed under each of `paths` in turn, versions counted from 1. */
function stateAt(platform: string, ...paths: readonly string[]) {
  const archives = paths.map((path, index) => ({
    ...makeArchive({ version: `${index + 1}` }),
    path,
    place: { file: 'solutions.yaml', line: index + 4 },
  }));
  return resolve(makeConfig({ platform }), archives);
}

/** Where the Jobs look for the archives listed under `paths`. */
function filesOf(platform: string, ...paths: readonly string[]): string[] {
  return (stateAt(platform, ...paths).imageSync?.jobs ?? []).map(({ file }) => file);
}

/** The Jobs of `archives` as `<id> <- <id to mount from>`. */
function jobsOf(...archives: readonly ArchiveText[]): string[] {
  const { imageSync } = stateOf({ platform: onNode, archives });
  return (imageSync?.jobs ?? []).map(({ archive, mountFrom }) => `${archive.id} <- ${mountFrom}`);
}

describe('image Jobs', () => {
  it('are there for each imported archive, active or not, and mount from a neighbouring version', () => {
    expect(
      jobsOf({ version: '1.10.0' }, { version: '1.9.0' }, { name: 'base' }, { version: '1.0.0' }),
    ).toEqual([
      'base-1.0.0 <- undefined',
      'store-1.0.0 <- store-1.9.0',
      'store-1.9.0 <- store-1.0.0',
      'store-1.10.0 <- store-1.9.0',
    ]);
  });

  it('are not there for archives without images, nor for those whose id is no repository', () => {
    expect(jobsOf({ operator: 'none' }, { name: 'base', operator: 'absent' })).toEqual([]);
    expect(jobsOf({ version: '1.0+a' }, { version: '1.1' })).toEqual(['store-1.1 <- undefined']);
  });

  it('find what is listed below the folder of the node there, and all else by its last part', () => {
    const paths = [
      '/archives/store-1.iso',
      '/archives/a/b/store.iso',
      'examples/store-3.iso',
      '../store-4/',
      '/elsewhere/store-5.iso',
      '/archives-old/store-6.iso',
      '/archives//./x/../store 7.iso',
    ];
    expect(filesOf(onNode, ...paths)).toEqual([
      'store-1.iso',
      'a/b/store.iso',
      'store-3.iso',
      'store-4',
      'store-5.iso',
      'store-6.iso',
      'store 7.iso',
    ]);
  });

  it('find everything behind a claim by its last part', () => {
    expect(filesOf(behindClaim, '/archives/a/store-1.iso', 'b/store-2.iso')).toEqual([
      'store-1.iso',
      'store-2.iso',
    ]);
  });

  it('are refused where two archives would be one file', () => {
    expect(complaintsOf(() => stateAt(onNode, 'a/store.iso', '/archives/store.iso'))).toEqual([
      'solutions.yaml:5 the image Jobs would read two archives from "store.iso": a/store.iso and /archives/store.iso | give the archives different names; below `imageSync.archives.path` different folders are enough',
    ]);
    expect(filesOf(onNode, '/archives/a/store.iso', '/archives/b/store.iso')).toEqual([
      'a/store.iso',
      'b/store.iso',
    ]);
  });

  it.each(['.', '..', '../..', './', '/'])('are refused for an archive listed as %s', (path) => {
    expect(complaintsOf(() => stateAt(onNode, path))).toEqual([
      `solutions.yaml:4 the image Jobs cannot tell what ${JSON.stringify(path)} is called in the folder of the archives | list the archive by its name, such as ../storage-1.0.0`,
    ]);
  });
});

describe('without image Jobs', () => {
  it('a warning says how the images get into a registry that takes them', () => {
    const archives = [{}, { name: 'base' }];
    expect(noticesOf({ platform: registry, archives })).toEqual([
      {
        code: 'images-not-pushed',
        message:
          'nothing rendered brings the images of base-1.0.0 and store-1.0.0 into registry.example:5000/solutions',
        hint: 'run `solutions push <archive> --to registry.example:5000/solutions`, or add `imageSync`: Jobs that do it; `imageSync: {enabled: false}` silences this',
        place: 'platform.yaml:4:14',
      },
    ]);
  });

  it("a warning says that MetalK8s' own registry takes none", () => {
    const [only, ...others] = noticesOf({ platform: onNode.replace(registry, '') });
    expect(only).toMatchObject({ code: 'ignored-setting', place: 'platform.yaml:4:3' });
    expect(only?.message).toContain('`imageSync` has no effect');
    expect(others).toEqual([]);
  });

  it.each<[string, Scenario]>([
    ['there is no platform.yaml', {}],
    ['they are turned off', { platform: `${registry}  imageSync: {enabled: false}\n` }],
    ['they are turned off in vain', { platform: '  imageSync: {enabled: false}\n' }],
    ['there is nothing to push', { platform: registry, archives: [{ operator: 'none' }] }],
    ['nothing is imported', { platform: onNode, archives: [] }],
  ])('nothing is said where %s', (_, scenario) => {
    expect(errorsOf(scenario)).toEqual([]);
    expect(noticesOf(scenario)).toEqual([]);
    expect(stateOf(scenario).imageSync).toBeUndefined();
  });
});
