/** One word for a POSIX shell. RBAC names may hold anything but `/` and `%`. */
export function shellWord(text: string): string {
  return /^[\w.:@/-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
