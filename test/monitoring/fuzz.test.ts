import { array, assert, nat, property, tuple, type Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import { parseAlerts } from '../../src/monitoring/alerts.ts';
import { dashboardText, parseDashboard } from '../../src/monitoring/dashboard.ts';
import { fillAlerts } from '../../src/monitoring/filled-rules.ts';
import { MAX_FILLED } from '../../src/monitoring/inputs.ts';
import { errorsIn } from '../support/complaints.ts';
import { alertsOf, dashboardOf } from '../support/monitoring-make.ts';

/** A text with some of its bytes replaced, and a piece of it at another place. */
function damaged(text: string): Arbitrary<Buffer> {
  const flips = array(tuple(nat(text.length - 1), nat(255)), { maxLength: 3 });
  return tuple(flips, nat(text.length), nat(text.length)).map(([edits, from, to]) => {
    const bytes = Buffer.from(text);
    for (const [at, byte] of edits) bytes[at] = byte;
    const piece = bytes.subarray(from, from + 30);
    return Buffer.concat([bytes.subarray(0, to), piece, bytes.subarray(to)]);
  });
}

function filling() {
  const values = new Map([
    ['namespace', 'shop'],
    ['job', '${namespace}'],
    ['limit', '1'],
  ]);
  return { values, room: MAX_FILLED };
}

test('the bytes of a dashboard give another dashboard or an error of ours with its place', () => {
  assert(
    property(damaged(dashboardOf({ uid: 'orders', links: ['/d/orders'] })), (bytes) => {
      const errors = errorsIn(() => {
        const settings = {
          filling: filling(),
          uid: 'new',
          title: 'a (shop)',
          uids: new Map([['orders', 'new']]),
        };
        const text = dashboardText(parseDashboard(bytes, 'a.json'), settings);
        expect(JSON.parse(text)).toMatchObject({ uid: 'new' });
        expect(Object.keys(Object(JSON.parse(text)))).not.toContain('__inputs');
      });
      expect(errors.filter(({ place }) => place?.line === undefined)).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test('the bytes of a file of alerts give rules or an error of ours with its place', () => {
  assert(
    property(damaged(alertsOf()), (bytes) => {
      const errors = errorsIn(() => {
        const groups = fillAlerts(parseAlerts(bytes, 'a.yaml'), filling(), (text) => text);
        expect(Array.isArray(groups)).toBe(true);
      });
      expect(errors.filter(({ place }) => place?.file !== 'a.yaml')).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});
