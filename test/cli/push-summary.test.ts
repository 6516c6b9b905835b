import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/exit-code.ts';
import { nextSteps } from '../../src/cli/push-ending.ts';
import { describePush } from '../../src/cli/push-report.ts';
import type { PushedImage, PushReport } from '../../src/images/push.ts';

type Status = PushedImage['status'];

const none = { blobs: 0, bytes: 0 };

function reportOf(statuses: readonly Status[], present = none): PushReport {
  const images = statuses.map((status, index): PushedImage => {
    const name = `app-${index}`;
    const image = { archive: 'a.iso', id: 'a-1', text: `${name}:1`, name, tag: '1' };
    const repository = `a-1/${name}`;
    const content = { digest: 'sha256:0', manifests: [], blobs: [] };
    return { image: { ...image, ...content, repository }, status, errors: [] };
  });
  return { images, blobs: { sent: none, mounted: none, present } };
}

function firstLine(statuses: readonly Status[]): string | undefined {
  const command = { archives: ['a.iso'], root: '.', to: 'registry.example', jobs: 4 };
  return nextSteps(reportOf(statuses), exitCodes.refused, command)[0];
}

describe('the last words of a push that failed', () => {
  it.each([
    [['failed'], 'The image is not in the registry.'],
    [['failed', 'failed', 'pending'], 'None of the 3 images is in the registry.'],
    [['pushed', 'failed'], '1 of 2 images is in the registry, complete.'],
    [['pushed', 'present', 'failed'], '2 of 3 images are in the registry, each of them complete.'],
    [['pushed', 'present'], 'All 2 images are in the registry, each of them complete.'],
  ] as const)('of %j images are: %s', (statuses, said) => {
    expect(firstLine(statuses)).toBe(
      `${said} When that is mended, run it again: it sends only what is missing.`,
    );
  });
});

describe('the summary of a push', () => {
  it.each([
    [['present', 'present'], none, [['2', '-', '-']]],
    [['pushed'], { blobs: 3, bytes: 10 }, [['0', '3', '10 B']]],
    [
      ['present', 'pushed'],
      { blobs: 3, bytes: 10 },
      [
        ['1', '-', '-'],
        ['-', '3', '10 B'],
      ],
    ],
  ] as const)('of %j images counts no blobs that nobody looked up', (statuses, present, cells) => {
    const lines = describePush(reportOf(statuses, present), false).split('\n');
    const rows = lines
      .filter((line) => /^(?:already there|found, of others) +[\d-]/u.test(line))
      .map((line) => line.split(/ {2,}/u).slice(1));
    expect(rows).toEqual(cells);
  });
});
