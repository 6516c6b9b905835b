const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A size for people, such as `4.2 GiB`, in powers of 1024. */
export function bytesText(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** step;
  return `${step === 0 ? value : value.toFixed(1)} ${units[step] ?? 'B'}`;
}
