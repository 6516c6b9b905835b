import { SolutionsError, type Place } from '../errors.ts';

/** What this folder complains of. */
export type RegistryCode =
  | 'registry-address'
  | 'registry-name'
  | 'registry-settings'
  | 'registry-auth-file'
  | 'registry-credentials'
  | 'registry-tls'
  | 'registry-refused'
  | 'registry-proxy'
  | 'registry-protocol'
  | 'registry-temporary'
  | 'registry-interrupted';

interface FailureOptions {
  readonly hint?: string | undefined;
  readonly place?: Place | undefined;
  readonly cause?: unknown;
  /** HTTP status of the answer, where there was one. */
  readonly status?: number | undefined;
  /** What the registry asked for in `Retry-After`, in milliseconds. */
  readonly retryAfter?: number | undefined;
}

/** An error of this folder, with what a retry needs to know. */
export class RegistryError extends SolutionsError<RegistryCode> {
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: RegistryCode, message: string, options: FailureOptions = {}) {
    const { status, retryAfter, ...rest } = options;
    super(message, { code, ...rest });
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may succeed soon. */
  get isTemporary(): boolean {
    return this.code === 'registry-temporary' && !this.isGone;
  }

  /** Whether the registry was given up, for all tasks of the run. */
  get isGone(): boolean {
    return false;
  }
}

/** All attempts of one task failed, and no other task had an answer meanwhile. */
export class GoneError extends RegistryError {
  override get isGone(): boolean {
    return true;
  }
}

/** A refusal as what time may heal. */
export function again({ message, status, hint }: RegistryError): RegistryError {
  return new RegistryError('registry-temporary', message, { status, hint });
}

/** The error of a run that its signal ended. */
export function interrupted(): RegistryError {
  return new RegistryError('registry-interrupted', 'interrupted');
}

/**
 * Text of a registry or a proxy as it may be printed: one line, short, without the state of an
 * upload, which is a key to it.
 */
export function foreignText(text: string): string {
  const line = text
    .replaceAll(/[\p{C}\p{Z}\s]+/gu, ' ')
    .replaceAll(/(_state|token|sig|signature|credential|password|secret)=[^&\s"]*/giu, '$1=...')
    .trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}...` : line;
}

const MAX_TEXT = 300;
