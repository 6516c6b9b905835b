import { describe, expect, it } from 'vitest';
import { assert, property, string } from 'fast-check';
import { volumeNames } from '../../src/archive/volume-name.ts';

function best(displayName: string, version: string): string {
  return volumeNames({ displayName, name: 'storage', version })[0] ?? '';
}

describe('the name of a volume', () => {
  it.each([
    ['Web Store', '1.1.0', 'Web Store 1.1.0'],
    ['An Enterprise Object Storage', '2.10.4', 'An Enterprise Object Stor 2.10.4'],
    ['  Spaces \t in  it ', '1.0.0', 'Spaces in it 1.0.0'],
    ['Größere Überläufe für Ärzte', '1.0.0', 'Größere Überläufe für 1.0.0'],
    ['Store\u001B[2J', '1.0.0', 'Store\\u001b[2J 1.0.0'],
    ['Store', '1.0.0-a-very-long-version-of-a-build', '1.0.0-a-very-long-version-of-a-b'],
  ])('of %j %s is %j: the version stays whole as long as it can', (title, version, name) => {
    expect(best(title, version)).toBe(name);
  });

  it('may also be that of the Solution, or cut at the end as scripts do', () => {
    const product = { displayName: 'An Enterprise Object Storage', name: 'eos', version: '2.10.4' };
    expect(volumeNames(product)).toContain('eos 2.10.4');
    expect(volumeNames(product)).toContain('An Enterprise Object Storage 2.1');
  });

  it('fits into 32 bytes, whatever the Solution is called', () => {
    const text = string({ unit: 'grapheme', minLength: 1 });
    assert(
      property(text, text, (title, version) => {
        for (const name of volumeNames({ displayName: title, name: title, version })) {
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(32);
          expect(name).not.toMatch(/^\s|\s$|\p{Cc}/u);
        }
      }),
    );
  });
});
