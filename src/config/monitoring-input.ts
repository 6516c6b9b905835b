// Apart from monitoring.ts: whoever reads an archive needs these, and no schema of platform.yaml.

import { checked, writtenFreely } from './fields.ts';

const MAX_NAME = 100;
/** Braces would end the `${...}` around it. */
const NAME = /^[^${}\p{C}]+$/u;

/** The name of an input of a dashboard or of a file of alerts. */
export const inputName = checked(
  (name) => {
    if (name.length > MAX_NAME)
      return `has ${name.length} characters, at most ${MAX_NAME} are allowed`;
    return NAME.test(name)
      ? undefined
      : 'must be a name without `$`, `{`, `}` and control characters';
  },
  { pattern: NAME.source, maxLength: MAX_NAME },
);

/** Characters; the longest seen are expressions of a few hundred. */
const MAX_VALUE = 4096;

/** What an input becomes: text, a number as it is written. */
export const inputValue = writtenFreely((value) =>
  value.length > MAX_VALUE
    ? `has ${value.length} characters, at most ${MAX_VALUE} are allowed`
    : undefined,
);
