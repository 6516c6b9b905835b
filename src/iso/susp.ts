import { counted } from '../count.ts';
import { both32, byteAt } from './fields.ts';
import { isoError, type Spot } from './failure.ts';
import type { Budget } from './limits.ts';
import { decodeText, shown } from './names.ts';
import type { Reader } from './reader.ts';
import { addComponents, emptyLink, linkText, type LinkText } from './symlink.ts';

/** What the System Use entries of one record say (SUSP 1.12, RRIP 1.12). */
export interface SystemUse {
  /** The name from NM. */
  name?: string;
  /** st_mode from PX, with the type of the file in it. */
  mode?: number;
  /** PX names a user or a group that is not 0. */
  owned?: true;
  /** Where the symbolic link from SL leads. */
  target?: string;
  /** CL: this record stands for the directory in that block, which was moved elsewhere. */
  childBlock?: number;
  /** RE: this directory was moved here and belongs elsewhere. */
  relocated?: true;
  /** ZF or SF: the data is not stored plainly. */
  encoded?: true;
  /** ER or the older RR: the image says that it has Rock Ridge. */
  announced?: true;
}

/** What reading System Use entries needs to know of the image. */
export interface SystemUseContext {
  readonly reader: Reader;
  readonly blockSize: number;
  readonly spot: Spot;
  readonly budget: Budget;
}

/** A range of bytes that holds System Use entries. */
export interface Area {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

interface Gathered {
  readonly use: SystemUse;
  readonly spot: Spot;
  readonly nameParts: Buffer[];
  nameContinues: boolean;
  link: LinkText | undefined;
  /** Where the last CE entry of the area stands. */
  continuation: number | undefined;
}

/** A name of 255 bytes and a link of 4 KiB take about twenty; a loop takes any number. */
const MAX_CONTINUATIONS = 32;
/** Writers keep an area within one block or a few. Bytes. */
const MAX_CONTINUATION = 32 * 1024;
/** What even an empty one costs of the budget: going there is work. Bytes. */
const COST_OF_CONTINUATION = 256;

/** NM flags (RRIP 4.1.4). */
const NAME_CONTINUES = 0x01;
const NAME_IS_CURRENT = 0x02;
const NAME_IS_PARENT = 0x04;
/** Two are needed where a name of 255 bytes does not fit in an entry. */
const MAX_NAME_PARTS = 64;

/** Signature, length and version (SUSP 4.1). */
const ENTRY_HEAD = 4;

/** Signatures (SUSP 5, RRIP 4.1): two capital letters, as a big-endian number. */
const CE = 0x4345;
const CL = 0x434c;
const ER = 0x4552;
const NM = 0x4e4d;
const PX = 0x5058;
const RE = 0x5245;
const RR = 0x5252;
const SF = 0x5346;
const SL = 0x534c;
const ST = 0x5354;
const ZF = 0x5a46;

/**
 * Reads the System Use entries in `area` and in its continuation areas.
 *
 * @throws SolutionsError `iso-corrupt`: an entry longer than its area, a chain without an end;
 *   `iso-extent`: a continuation area beyond the end; `iso-too-large`.
 */
export function readSystemUse(area: Area, context: SystemUseContext): SystemUse {
  const { spot } = context;
  const gathered: Gathered = {
    use: {},
    spot,
    nameParts: [],
    nameContinues: false,
    link: undefined,
    continuation: undefined,
  };
  readArea(area, gathered);
  let { bytes } = area;
  for (let count = 1; gathered.continuation !== undefined; count += 1) {
    if (count > MAX_CONTINUATIONS) {
      throw isoError(
        'iso-corrupt',
        `a record has more than ${MAX_CONTINUATIONS} continuation areas`,
        spot,
      );
    }
    bytes = continuationOf(bytes, gathered.continuation, context);
    gathered.continuation = undefined;
    readArea({ bytes, start: 0, end: bytes.length }, gathered);
  }
  return finish(gathered);
}

function readArea({ bytes, start, end }: Area, gathered: Gathered): void {
  let at = start;
  while (at + ENTRY_HEAD <= end) {
    const signature = signatureAt(bytes, at);
    if (signature < 0x100) return; // padding
    const length = bytes[at + 2] ?? 0;
    if (length < ENTRY_HEAD || at + length > end) {
      throw isoError(
        'iso-corrupt',
        `a System Use entry has ${counted(length, 'byte')}, ${end - at} are left`,
        gathered.spot,
      );
    }
    if (signature === ST) return; // SUSP 5.4
    // Most entries are of no interest: not even a call.
    if (WANTED.has(signature)) take(signature, bytes, at, gathered);
    at += length;
  }
}

/** What {@link take} takes; of the five entries of a usual record two are not. */
const WANTED: ReadonlySet<number> = new Set([CE, NM, PX, SL, CL, RE, ZF, SF, ER, RR]);

function take(signature: number, bytes: Buffer, at: number, gathered: Gathered): void {
  const { use, spot } = gathered;
  switch (signature) {
    case CE:
      gathered.continuation = requireLength(28, bytes, at, spot);
      break;
    case NM:
      takeName(bytes, requireLength(5, bytes, at, spot), gathered);
      break;
    case PX:
      use.mode = both32(bytes, requireLength(12, bytes, at, spot) + 4, spot); // RRIP 4.1.1
      if (isOwned(bytes, at)) use.owned = true;
      break;
    case SL:
      gathered.link ??= emptyLink();
      addComponents(gathered.link, entryAt(bytes, at), spot); // RRIP 4.1.3
      break;
    case CL:
      use.childBlock = both32(bytes, requireLength(12, bytes, at, spot) + 4, spot); // RRIP 4.1.5.1
      break;
    case RE:
      use.relocated = true; // RRIP 4.1.5.3
      break;
    case ZF:
    case SF:
      use.encoded = true;
      break;
    case ER:
      if (namesRockRidge(entryAt(bytes, requireLength(8, bytes, at, spot)))) use.announced = true;
      break;
    case RR:
      use.announced = true; // RRIP 1.09 only
      break;
    default:
      break; // PL, TF, PN, PD and what others define: nothing that an archive needs
  }
}

/** Nothing goes by the user and the group, so that their second halves are not compared. */
function isOwned(bytes: Buffer, at: number): boolean {
  if (byteAt(bytes, at + 2) < 36) return false;
  return bytes.readUInt32LE(at + 20) !== 0 || bytes.readUInt32LE(at + 28) !== 0;
}

function signatureAt(bytes: Buffer, at: number): number {
  return (bytes[at] ?? 0) * 0x100 + (bytes[at + 1] ?? 0);
}

function entryAt(bytes: Buffer, at: number): Buffer {
  return bytes.subarray(at, at + byteAt(bytes, at + 2));
}

/** `at`, when the entry there has at least `needed` bytes. */
function requireLength(needed: number, bytes: Buffer, at: number, spot: Spot): number {
  const length = byteAt(bytes, at + 2);
  if (length >= needed) return at;
  const signature = shown(bytes.toString('latin1', at, at + 2));
  throw isoError(
    'iso-corrupt',
    `a ${signature} entry has ${counted(length, 'byte')}, expected ${needed}`,
    spot,
  );
}

function takeName(bytes: Buffer, at: number, gathered: Gathered): void {
  if (
    gathered.use.name !== undefined ||
    (gathered.nameParts.length > 0 && !gathered.nameContinues)
  ) {
    throw isoError('iso-corrupt', 'a record has two Rock Ridge names', gathered.spot);
  }
  if (gathered.nameParts.length === MAX_NAME_PARTS) {
    throw isoError(
      'iso-corrupt',
      `a Rock Ridge name has more than ${MAX_NAME_PARTS} parts`,
      gathered.spot,
    );
  }
  const flags = byteAt(bytes, at + 4);
  if (flags === 0 && gathered.nameParts.length === 0) {
    gathered.use.name = decodeText(bytes, at + 5, at + byteAt(bytes, at + 2));
    return;
  }
  gathered.nameContinues = (flags & NAME_CONTINUES) !== 0;
  gathered.nameParts.push(nameText(flags, entryAt(bytes, at)));
}

function nameText(flags: number, entry: Buffer): Buffer {
  if (flags & NAME_IS_PARENT) return Buffer.from('..');
  return flags & NAME_IS_CURRENT ? Buffer.from('.') : entry.subarray(5);
}

/** The extension identifiers of the three editions (RRIP 4.3). */
function namesRockRidge(entry: Buffer): boolean {
  const id = entry.toString('latin1', 8, 8 + byteAt(entry, 4)); // SUSP 5.5
  return id === 'RRIP_1991A' || id === 'IEEE_P1282' || id === 'IEEE_1282';
}

/** The area that the CE entry at `at` leads to (SUSP 5.1). */
function continuationOf(bytes: Buffer, at: number, context: SystemUseContext): Buffer {
  const { reader, blockSize, spot, budget } = context;
  const offset = both32(bytes, at + 4, spot) * blockSize + both32(bytes, at + 12, spot);
  const length = both32(bytes, at + 20, spot);
  if (length > MAX_CONTINUATION) {
    throw isoError(
      'iso-corrupt',
      `a continuation area has ${length} bytes, at most ${MAX_CONTINUATION} are expected`,
      spot,
    );
  }
  if (offset + length > reader.size) {
    throw isoError(
      'iso-extent',
      `a continuation area ends at byte ${offset + length}, the image at ${reader.size}`,
      spot,
    );
  }
  budget.spend(Math.max(length, COST_OF_CONTINUATION), spot);
  return reader.view(offset, length);
}

function finish({ use, spot, nameParts, nameContinues, link }: Gathered): SystemUse {
  if (nameContinues)
    throw isoError('iso-corrupt', 'the rest of a Rock Ridge name is missing', spot);
  if (nameParts.length > 0) use.name = decodeText(Buffer.concat(nameParts));
  if (link !== undefined) use.target = linkText(link);
  return use;
}

/**
 * Finds the SP entry in the root's own record (SUSP 5.3): how many bytes to skip before the System
 * Use entries of every other record, and the area with those of this one; `undefined` when the
 * image has no such entries.
 */
export function sharingProtocol({
  bytes,
  start,
  end,
}: Area): { skip: number; area: Area } | undefined {
  // After 14 bytes on CD-ROM XA discs.
  for (const at of [start, start + 14]) {
    const head = bytes.toString('latin1', at, Math.min(at + 6, end));
    if (at + 7 > end || head !== 'SP\x07\x01\xbe\xef') continue;
    return { skip: byteAt(bytes, at + 6), area: { bytes, start: at, end } };
  }
  return undefined;
}
