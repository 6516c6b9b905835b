/** The URL in a `Location` header: relative or absolute (RFC 9110, 10.2.2); undefined if none. */
export function locationFrom(header: string | undefined, base: URL): URL | undefined {
  if (header === undefined || !URL.canParse(header, base.href)) return undefined;
  return new URL(header, base);
}
