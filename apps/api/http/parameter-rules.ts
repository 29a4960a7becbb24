import { Matches } from 'class-validator';

/** 1 to `lengthMax` characters without NUL, which PostgreSQL's text cannot hold. */
export function IsIdText(lengthMax: number): PropertyDecorator {
  return Matches(new RegExp(`^[^\\u0000]{1,${lengthMax}}$`, 'u'), {
    message: `must be 1 to ${lengthMax} characters, without NUL`,
    context: { code: 'invalid-text' },
  });
}

const UUID_PATTERN = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';

export function isUuidText(text: string): boolean {
  return new RegExp(UUID_PATTERN).test(text);
}

export function IsUuidText(): PropertyDecorator {
  return Matches(new RegExp(UUID_PATTERN), {
    message: 'must be a UUID',
    context: { code: 'not-a-uuid' },
  });
}

export function IsPageSize(): PropertyDecorator {
  return Matches(/^0*[1-9][0-9]{0,8}$/, {
    message: 'must be a whole number from 1; more than 1000 counts as 1000',
    context: { code: 'not-a-page-size' },
  });
}

export function IsOneOf(values: readonly string[]): PropertyDecorator {
  return Matches(new RegExp(`^(${values.join('|')})$`), {
    message: `must be one of ${values.join(', ')}`,
    context: { code: 'not-allowed' },
  });
}
