import type { ItemContext } from '../../batch/index.ts';
import type { Blender } from '../../index.ts';
import { type DataRecord, modelNames } from '../../records/index.ts';
import { withSavedCalls } from '../call-counts.ts';
import type { RecordWork } from '../lines/process-lines.ts';

/** The work of a verb on the records of a job. */
export function itemWork(
  work: RecordWork,
  { blender, warn }: { readonly blender: Blender; readonly warn: (message: string) => void },
): (record: DataRecord, context: ItemContext) => Promise<object> {
  return async (record, { id, abortSignal }) => {
    const { fields, warning } = await work({
      record,
      id,
      models: modelNames(record),
      blender,
      abortSignal,
      onComparison: () => {},
      shown: undefined,
      // Which calls are answered without a call depends on what has been asked before, and so on interruptions.
      spent: withSavedCalls,
    });
    if (warning !== undefined) warn(warning);
    return fields;
  };
}
