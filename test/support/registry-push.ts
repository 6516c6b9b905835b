import { onTestFinished } from 'vitest';
import { gatherImages } from '../../src/archive/images.ts';
import { openTree } from '../../src/archive/tree.ts';
import { EarlierVersions } from '../../src/images/earlier.ts';
import { push, type PushOptions, type PushReport } from '../../src/images/push.ts';
import { readShipment } from '../../src/images/shipment.ts';
import { parseTarget } from '../../src/images/target.ts';
import type { ArchiveRecord } from '../../src/metadata/record.ts';
import type { RetryPolicy } from '../../src/registry/retry.ts';
import { RegistrySession, type SessionSettings } from '../../src/registry/session.ts';

/** As {@link patience}, for people who wait for tests. */
export const hurry: RetryPolicy = { attempts: 4, delay: 20, maxDelay: 100, maxRetryAfter: 3000 };

/** A session that ends with its test. */
export function testSession(
  host: string,
  settings: Partial<SessionSettings> = {},
): RegistrySession {
  const session = new RegistrySession({
    host,
    isPlainHttp: true,
    jobs: 4,
    userAgent: 'solutions/test',
    signal: new AbortController().signal,
    retry: hurry,
    waits: { idle: 5000, answer: 5000 },
    environment: {},
    helper: async () => undefined,
    ...settings,
  });
  onTestFinished(() => session.close());
  return session;
}

interface TestPush extends Partial<Omit<PushOptions, 'session'>> {
  readonly settings?: Partial<SessionSettings>;
  readonly records?: readonly ArchiveRecord[];
  readonly from?: readonly string[];
  readonly base?: string;
}

/** Pushes the archives at `trees` in this process. */
export async function pushTrees(
  host: string,
  trees: readonly string[],
  { settings, records = [], from = [], base, ...options }: TestPush = {},
): Promise<PushReport & { readonly requests: number }> {
  const target = parseTarget(base === undefined ? host : `${host}/${base}`);
  const shipments = trees.map((file) => {
    const tree = openTree(file, file);
    try {
      return readShipment(tree, target);
    } finally {
      tree.close();
    }
  });
  const session = testSession(host, settings);
  const earlier = new EarlierVersions({ records: async () => records, shipments, target, from });
  const report = await push(shipments, { session, earlier, ...options });
  return { ...report, requests: session.requests };
}

/** The one word for what became of each image. */
export function statuses({ images }: PushReport): string[] {
  return images.map(({ status }) => status);
}

/** The record that extraction would make of a tree, as far as a push needs it. */
export function recordOf(file: string, id: string): ArchiveRecord {
  const tree = openTree(file, file);
  const images = gatherImages(tree).records;
  const facts = { path: file, kind: 'directory', size: 0, sha256: '', files: {} } as const;
  return { id, ...facts, verified: { blobs: 'sha256' }, images };
}
