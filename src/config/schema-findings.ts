import type { z } from 'zod';
import type { Finding } from './finding.ts';

type Issue = z.core.$ZodIssue;

/** What a schema finds, one finding for each value that is wrong. */
export function schemaFindings(issues: readonly Issue[], parent: readonly PropertyKey[] = []): readonly Finding[] {
  return issues.flatMap((issue): readonly Finding[] => {
    const path = [...parent, ...issue.path];
    switch (issue.code) {
      case 'unrecognized_keys': {
        // One line for each key, see `optionsObject`.
        const messages = issue.message.split('\n');
        return issue.keys.map((key, index) => ({ path: [...path, key], message: messages[index] ?? '' }));
      }
      case 'invalid_key':
        return issue.issues.map(({ message }) => ({ path, message: sentence(message) }));
      case 'invalid_union': {
        const branch = issue.errors.find((errors) => !errors.some(isOfAnotherKind));
        return branch === undefined ? [{ path, message: sentence(issue.message) }] : schemaFindings(branch, path);
      }
      default:
        return [{ path, message: sentence(issue.message) }];
    }
  });
}

/** True where the value is not of the kind that a branch of a union is about, so that the branch has nothing to say. */
function isOfAnotherKind({ code, path }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'custom' || code === 'invalid_value');
}

/** `Invalid input: expected int, received number` without what the value beside it says better. */
function sentence(message: string): string {
  const text = message.replace(/^[A-Z][a-z ]*: /, '').replace(/, received \w+$/, '');
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
