import { buffer } from 'node:stream/consumers';
import { isUtf8 } from 'node:buffer';
import { InvalidArgumentError } from '../../index.ts';
import { raceAbort } from '../../util/race-abort.ts';
import type { CliContext } from '../cli-context.ts';
import { CommandError } from '../command-error.ts';
import { EXIT_CODES } from '../exit-code.ts';

/**
 * The question of `ask`: the argument, or standard input for `-` and for nothing where something is piped in.
 *
 * @throws InvalidArgumentError or CommandError where there is none.
 */
export async function readQuestion(argument: string | undefined, { stdin, abortSignal }: CliContext): Promise<string> {
  const refuse = (value: unknown, message: string) =>
    new InvalidArgumentError({ parameter: 'QUESTION', value, message });
  if (argument !== undefined && argument !== '-') {
    if (argument.trim() === '') throw refuse(argument, 'the question must not be empty.');
    return argument;
  }
  if (argument === undefined && stdin.isTTY === true) {
    throw new CommandError('Nothing was asked. Write the question after the command, in quotes.', {
      exitCode: EXIT_CODES.usage,
    });
  }
  const bytes = await raceAbort(buffer(stdin), abortSignal);
  if (!isUtf8(bytes)) throw refuse('stdin', 'it is not UTF-8.');
  // The line end at the end comes from echo and editors; a byte order mark goes with decoding.
  const question = new TextDecoder().decode(bytes).replace(/\r?\n$/, '');
  if (question.trim() === '') throw refuse('stdin', 'the question must not be empty.');
  return question;
}
