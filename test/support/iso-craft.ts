/** Images byte by byte, for what no writer makes. Numbers of blocks where nothing else is said. */

const SECTOR = 2048;

interface RecordFields {
  readonly block?: number;
  /** Bytes. */
  readonly size?: number;
  readonly flags?: number;
  readonly attributeBlocks?: number;
  readonly unitSize?: number;
  readonly sequence?: number;
  readonly systemUse?: Buffer;
}

/** A directory record (ECMA-119 9.1). */
export function record(name: string | Buffer, fields: RecordFields = {}): Buffer {
  const identifier = Buffer.from(name);
  const systemUse = fields.systemUse ?? Buffer.alloc(0);
  const padding = (identifier.length + 1) % 2;
  const length = 33 + identifier.length + padding + systemUse.length;
  const bytes = Buffer.alloc(length + (length % 2));
  bytes.writeUInt8(bytes.length, 0);
  bytes.writeUInt8(fields.attributeBlocks ?? 0, 1);
  both32(bytes, 2, fields.block ?? 0);
  both32(bytes, 10, fields.size ?? 0);
  bytes.writeUInt8(fields.flags ?? 0, 25);
  bytes.writeUInt8(fields.unitSize ?? 0, 26);
  both16(bytes, 28, fields.sequence ?? 1);
  bytes.writeUInt8(identifier.length, 32);
  identifier.copy(bytes, 33);
  systemUse.copy(bytes, 33 + identifier.length + padding);
  return bytes;
}

/** The record of a directory in `block`. */
export function folder(name: string | Buffer, block: number, fields: RecordFields = {}): Buffer {
  return record(name, { block, size: SECTOR, flags: 0x02, ...fields });
}

/** The sectors of a directory: itself, its parent (claimed to be itself), and `records`. */
export function directory(block: number, records: readonly Buffer[], own?: Buffer): Buffer {
  const size =
    SECTOR *
    sectorsOf([folder('\0', block, { systemUse: own }), folder('\x01', block), ...records]).length;
  const all = [folder('\0', block, { size, systemUse: own }), folder('\x01', block), ...records];
  return Buffer.concat(sectorsOf(all));
}

function sectorsOf(records: readonly Buffer[]): Buffer[] {
  const sectors: Buffer[] = [Buffer.alloc(SECTOR)];
  let used = 0;
  for (const bytes of records) {
    if (used + bytes.length > SECTOR) {
      sectors.push(Buffer.alloc(SECTOR));
      used = 0;
    }
    const sector = sectors.at(-1);
    if (sector !== undefined) bytes.copy(sector, used);
    used += bytes.length;
  }
  return sectors;
}

/** A System Use entry (SUSP 4.1). */
export function entry(signature: string, ...payload: readonly Buffer[]): Buffer {
  const data = Buffer.concat(payload);
  return Buffer.concat([Buffer.from(signature, 'latin1'), Buffer.from([data.length + 4, 1]), data]);
}

/** The entry that says that System Use entries are there, `skip` bytes into each record. */
export function sp(skip = 0): Buffer {
  return entry('SP', Buffer.from([0xbe, 0xef, skip]));
}

export function px(mode: number): Buffer {
  const rest = Buffer.alloc(32);
  both32(rest, 0, mode);
  return entry('PX', rest);
}

export function nm(name: string | Buffer, flags = 0): Buffer {
  return entry('NM', Buffer.from([flags]), Buffer.from(name));
}

export function ce(block: number, offset: number, length: number): Buffer {
  return entry('CE', numbers(block, offset, length));
}

/** 32-bit numbers, both-endian. */
export function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) both32(bytes, index * 8, value);
  return bytes;
}

interface ImageFields {
  readonly blockSize?: number;
  /** What the volume claims; otherwise what is there. */
  readonly volumeBlocks?: number;
  readonly rootBlock?: number;
  /** Of the root directory; otherwise that of what is in its block. Bytes. */
  readonly rootSize?: number;
  /** The root of a Joliet tree. */
  readonly jolietBlock?: number;
  readonly terminator?: boolean;
}

/** The first block that is free for data, with blocks of 2048 bytes. */
export const FIRST = 20;

/** An image: descriptors in front, then `content` by block. */
export function image(content: Readonly<Record<number, Buffer>>, fields: ImageFields = {}): Buffer {
  const blockSize = fields.blockSize ?? SECTOR;
  const rootBlock = fields.rootBlock ?? (FIRST * SECTOR) / blockSize;
  const blocks = Object.entries(content).map(([block, bytes]) => ({
    at: Number(block) * blockSize,
    bytes,
  }));
  const end = Math.max(FIRST * SECTOR, ...blocks.map(({ at, bytes }) => at + bytes.length));
  const total = Math.ceil(end / blockSize);
  const whole = Buffer.alloc(total * blockSize);
  for (const { at, bytes } of blocks) bytes.copy(whole, at);

  const claim = { blockSize, volumeBlocks: fields.volumeBlocks ?? total };
  const rootSize = fields.rootSize ?? content[rootBlock]?.length ?? SECTOR;
  let sector = 16;
  descriptor(1, { ...claim, root: folder('\0', rootBlock, { size: rootSize }) }).copy(
    whole,
    sector++ * SECTOR,
  );
  if (fields.jolietBlock !== undefined) {
    const size = content[fields.jolietBlock]?.length ?? SECTOR;
    const supplementary = descriptor(2, {
      ...claim,
      root: folder('\0', fields.jolietBlock, { size }),
    });
    supplementary.write('%/E', 88, 'latin1');
    supplementary.copy(whole, sector++ * SECTOR);
  }
  if (fields.terminator !== false)
    Buffer.from('\xffCD001\x01', 'latin1').copy(whole, sector * SECTOR);
  return whole;
}

interface DescriptorFields {
  readonly blockSize: number;
  readonly volumeBlocks: number;
  readonly root: Buffer;
}

function descriptor(type: number, { blockSize, volumeBlocks, root }: DescriptorFields): Buffer {
  const bytes = Buffer.alloc(SECTOR);
  bytes.writeUInt8(type, 0);
  bytes.write('CD001\x01', 1, 'latin1');
  bytes.write('CRAFTED'.padEnd(32), 40, 'latin1');
  both32(bytes, 80, volumeBlocks);
  both16(bytes, 120, 1);
  both16(bytes, 124, 1);
  both16(bytes, 128, blockSize);
  root.copy(bytes, 156);
  return bytes;
}

export function both32(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt32LE(value, at);
  bytes.writeUInt32BE(value, at + 4);
}

function both16(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt16LE(value, at);
  bytes.writeUInt16BE(value, at + 2);
}
