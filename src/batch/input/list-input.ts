import { createHash } from 'node:crypto';
import type { BatchInput } from './batch-input.ts';

/** What a caller gave as an input. */
export function toInput<RECORD>(given: readonly RECORD[] | BatchInput<RECORD>): BatchInput<RECORD> {
  return isList(given) ? listInput(given) : given;
}

function isList<RECORD>(given: readonly RECORD[] | BatchInput<RECORD>): given is readonly RECORD[] {
  return Array.isArray(given);
}

/** A list in memory as the input of a job. A field `id` of a record, a text or a number, is its id. */
function listInput<RECORD>(records: readonly RECORD[]): BatchInput<RECORD> {
  return {
    async fingerprint() {
      const hash = createHash('sha256');
      for (const record of records) hash.update(`${JSON.stringify(record)}\n`);
      return { records: records.length, sha256: hash.digest('hex') };
    },
    async *read() {
      for (const [index, record] of records.entries()) {
        yield { index, id: idOf(record), fallbackId: index + 1, place: `record ${index + 1}`, record };
      }
    },
  };
}

function idOf(record: unknown): string | number | undefined {
  const id: unknown = typeof record === 'object' && record !== null ? Reflect.get(record, 'id') : undefined;
  return typeof id === 'number' || (typeof id === 'string' && id !== '') ? id : undefined;
}
