import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { parseEnvironments } from '../../src/config/environments.ts';
import { loadConfig } from '../../src/config/load.ts';
import { parsePlatform } from '../../src/config/platform.ts';
import { parseSolutions } from '../../src/config/solutions.ts';
import { complaintsOf, errorsIn } from '../support/complaints.ts';

const head = 'apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind: ';

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'solutions-config-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(file: string, text: string): void {
  writeFileSync(join(root, file), text);
}

function complaints(): string[] {
  return complaintsOf(() => loadConfig(root));
}

describe('the three files', () => {
  it('are what people want', () => {
    write('solutions.yaml', `${head}SolutionsConfiguration\narchives: [a.iso]\n`);
    write('environments.yaml', `${head}Environment\nmetadata: {name: prod}\n`);
    write('platform.yaml', `${head}Platform\nspec: {hardening: compat}\n`);
    expect(loadConfig(root)).toMatchObject({
      solutions: { archives: [{ path: 'a.iso' }] },
      environments: [{ name: 'prod' }],
      platform: { hardening: 'compat' },
    });
  });

  it.each(['solutions.yaml', 'environments.yaml'])('may be %s alone, and empty', (file) => {
    write(file, '');
    expect(loadConfig(root)).toMatchObject({
      solutions: { archives: [], active: [] },
      environments: [],
      platform: { hardening: 'restricted' },
    });
  });

  it('may be links to files elsewhere', () => {
    write('other', `${head}Environment\nmetadata: {name: prod}\n`);
    symlinkSync('other', join(root, 'environments.yaml'));
    expect(loadConfig(root).environments).toMatchObject([{ name: 'prod' }]);
  });

  it('show their mistakes together', () => {
    write('solutions.yaml', `${head}SolutionsConfiguration\narchive: []\n`);
    write('environments.yaml', 'a: [\n');
    writeFileSync(join(root, 'platform.yaml'), Buffer.from([0xff]));
    expect(complaints()).toEqual([
      'solutions.yaml:3:1 `archive` is not a known key | did you mean `archives`?',
      expect.stringMatching(/^environments\.yaml:1:4 /u),
      'platform.yaml:1:1 the file is not UTF-8 text from here on | save it as UTF-8',
    ]);
  });
});

describe('any bytes', () => {
  const parsers = {
    solutions: parseSolutions,
    environments: parseEnvironments,
    platform: parsePlatform,
  };
  const words = [
    '',
    ' ',
    '\n',
    ': ',
    '- ',
    '[',
    '{',
    '}',
    '~',
    '1',
    'x-a',
    '"',
    '&a ',
    '*a',
    '\t',
    '#',
  ];
  const edits = fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(12),
      put: fc.constantFrom(...words),
    }),
    { minLength: 1, maxLength: 4 },
  );

  it.each(['solutions', 'environments', 'platform'] as const)(
    'in the example’s %s.yaml give a value or an error of ours, with its place',
    (name) => {
      const file = `${name}.yaml`;
      const example = readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8');
      let refused = 0;
      fc.assert(
        fc.property(edits, (list) => {
          let text = example;
          for (const { at, cut, put } of list) {
            const from = Math.floor(at * text.length);
            text = text.slice(0, from) + put + text.slice(from + cut);
          }
          const errors = errorsIn(() => parsers[name](Buffer.from(text), file));
          if (errors.length > 0) refused += 1;
          for (const { place } of errors) expect(place?.line).toBeGreaterThan(0);
        }),
        { numRuns: 1000 },
      );
      expect(refused).toBeGreaterThan(100);
    },
  );
});

describe('a folder', () => {
  it.each([
    ['without any of them', () => undefined],
    ['with platform.yaml alone', () => write('platform.yaml', 'junk')],
  ])('%s is the wrong one', (_, prepare) => {
    prepare();
    expect(complaints()).toEqual([
      `there is neither solutions.yaml nor environments.yaml in ${root} | run this in the folder that holds them, or name it with -C <dir>`,
    ]);
  });

  it('that is not there, or is a file, is the wrong one', () => {
    write('file', '');
    for (const name of ['nothing', 'file']) {
      const [error] = errorsIn(() => loadConfig(join(root, name)));
      expect(error?.code).toBe('no-config');
    }
  });

  it.each(['solutions', 'environments', 'platform'])('must not hold %s.yml', (name) => {
    write('solutions.yaml', '');
    if (name === 'solutions') rmSync(join(root, 'solutions.yaml'));
    write('environments.yaml', '');
    if (name === 'environments') rmSync(join(root, 'environments.yaml'));
    write(`${name}.yml`, '');
    expect(complaints()).toEqual([
      `${name}.yml ${name}.yml is not read, expected ${name}.yaml | rename it to ${name}.yaml`,
    ]);
  });
});

describe('in place of a file', () => {
  it('a directory is refused', () => {
    mkdirSync(join(root, 'solutions.yaml'));
    expect(complaints()).toEqual([
      'solutions.yaml this is a directory, expected a file | move it away, and write the file',
    ]);
  });

  it('a pipe is refused, and not waited for', () => {
    execFileSync('mkfifo', [join(root, 'environments.yaml')]);
    expect(complaints()).toEqual([
      'environments.yaml this is a pipe or a device, expected a file | move it away, and write the file',
    ]);
  });

  it('a device is refused', () => {
    symlinkSync('/dev/zero', join(root, 'solutions.yaml'));
    expect(errorsIn(() => loadConfig(root))).toMatchObject([{ code: 'config-unreadable' }]);
  });

  it('a socket is refused', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(join(root, 'solutions.yaml'), resolve);
    });
    expect(errorsIn(() => loadConfig(root))).toMatchObject([{ code: 'config-unreadable' }]);
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });

  it.each([
    ['nothing', 'absent', 'the file is a link to what does not exist'],
    ['itself', 'platform.yaml', 'the file is a link that leads to itself'],
  ])('a link to %s is refused', (_, target, message) => {
    write('solutions.yaml', '');
    symlinkSync(target, join(root, 'platform.yaml'));
    expect(complaints()).toEqual([
      `platform.yaml ${message} | check the file and the rights of this user`,
    ]);
  });

  it('a gigabyte is refused without reading it', () => {
    write('solutions.yaml', '');
    truncateSync(join(root, 'solutions.yaml'), 1 << 30);
    const before = process.memoryUsage().rss;
    expect(complaints()).toEqual([
      'solutions.yaml the file has 1073741824 bytes, more than 4194304 are not read | written by hand it has a few kilobytes: is it the right one?',
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 << 20);
  });
});
