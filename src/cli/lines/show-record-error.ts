import { errorMessage } from '../../util/error-message.ts';
import type { CliContext } from '../cli-context.ts';
import type { Screen } from '../io/screen.ts';
import { oneLine } from '../render/text.ts';
import type { RepeatedNotes } from './repeated-notes.ts';

/** Shows why a record failed, unless others have failed for the same. */
export function showRecordError(
  error: Error,
  { source, unit, number }: { readonly source: string; readonly unit: string; readonly number: number },
  { errors, screen, colors }: { errors: RepeatedNotes; screen: Screen; colors: CliContext['colors'] },
): void {
  const message = errorMessage(error);
  // What differs from record to record is the place.
  if (errors.isShown(message.replace(`${source}, ${unit} ${number}`, ''))) screen.error(oneLine(message), colors.red);
}
