import { isObject } from '../../../util/is-object.ts';
import { defineDataSet } from '../data-set.ts';
import { isAbsent, objectsOf, optionalText, textOf } from '../row-values.ts';
import { readCmpResults } from '../verdicts.ts';

/** MixInstruct, in every form it has had: as JSON or JSONL, and with any form of `cmp_results`. */
export const mixInstruct = defineDataSet({
  name: 'mixinstruct',
  matches: (row) =>
    'cmp_results' in row ||
    (Array.isArray(row['candidates']) &&
      row['candidates'].some((candidate) => isObject(candidate) && 'decoding_method' in candidate)),
  toRow: (row) => {
    const { id } = row;
    const candidates = objectsOf(row, 'candidates').map((candidate, index) => ({
      text: textOf(candidate, 'text', `candidates[${index}].`),
      model: optionalText(candidate, 'model', `candidates[${index}].`),
      scores: candidate['scores'] as never,
    }));
    const notes: string[] = [];
    const verdicts = readCmpResults(
      row['cmp_results'],
      candidates.map(({ model }) => model),
      (key) =>
        notes.push(`cmp_results names ${key}, which are not two of the candidates; this comparison is left out.`),
    );
    return {
      id: typeof id === 'string' || typeof id === 'number' ? id : undefined,
      instruction: optionalText(row, 'instruction') ?? '',
      input: optionalText(row, 'input'),
      candidates,
      verdicts,
      references: isAbsent(row['output']) ? [] : [textOf(row, 'output')],
      // `unified_chip2/69962`
      category: typeof id === 'string' && id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : undefined,
      notes,
    };
  },
});
