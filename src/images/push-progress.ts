/** How far a push is. Nothing in it ever goes back. */
export interface PushEvent {
  /** Bytes that are in the registry or on their way, of those that were missing. */
  readonly done: number;
  readonly total: number;
  /** Bytes that this run has sent. */
  readonly sent: number;
  readonly imagesDone: number;
  readonly images: number;
}

/** Counts bytes so that a repeated upload does not move anything backwards. */
export class PushProgress {
  readonly #report: (event: PushEvent) => void;
  /** By digest: the most that one attempt has sent. */
  readonly #sent = new Map<string, number>();
  #done = 0;
  #total = 0;
  #wire = 0;
  #imagesDone = 0;
  #images = 0;

  constructor(report: (event: PushEvent) => void) {
    this.#report = report;
  }

  start(total: number, images: number): void {
    this.#total = total;
    this.#images = images;
    this.#tell();
  }

  /** Of one attempt: `bytes` from the start of the blob. */
  blobSent(digest: string, bytes: number): void {
    const before = this.#sent.get(digest) ?? 0;
    if (bytes <= before) return;
    this.#sent.set(digest, bytes);
    this.#done += bytes - before;
    this.#wire += bytes - before;
    this.#tell();
  }

  /** However it came there, or did not. */
  blobDone(digest: string, size: number): void {
    this.#done += size - (this.#sent.get(digest) ?? 0);
    this.#sent.set(digest, size);
    this.#tell();
  }

  imageDone(): void {
    this.#imagesDone += 1;
    this.#tell();
  }

  #tell(): void {
    this.#report({
      done: this.#done,
      total: this.#total,
      sent: this.#wire,
      imagesDone: this.#imagesDone,
      images: this.#images,
    });
  }
}
