import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { InvalidArgumentError } from '../../index.ts';
import { fenced, fenceMark } from '../../util/fence.ts';
import { raceAbort } from '../../util/race-abort.ts';
import type { CliContext, InputStream } from '../cli-context.ts';
import type { UserQuestion } from '../conversations/conversation.ts';
import { CommandError, EXIT_CODES } from '../errors.ts';
import { oneLine } from '../render/text.ts';
import { type AttachedFile, MAX_FILE_BYTES, readAttachments, toAttachedFile } from './attachments.ts';

/** After this long, in milliseconds, it is said that the end of standard input is waited for. */
const PATIENCE_MS = 2000;

/** How long the first byte of a socket is waited for, in milliseconds; who writes to one has done so by now. */
const SOCKET_MS = 500;

/**
 * The question of `ask`: the argument, or standard input for `-` and for nothing. Beside an argument, what is piped in
 * is material that follows the question, between fences, as the texts of `--attach` precede it.
 *
 * @throws InvalidArgumentError or CommandError where there is none, or a file or what is piped in cannot be used; the
 *   signal's reason on abort.
 */
export async function readQuestion(
  argument: string | undefined,
  attached: readonly string[] | undefined,
  context: CliContext,
): Promise<UserQuestion> {
  const question = argument === undefined || argument === '-' ? await readPiped(argument, context) : argument;
  if (question.trim() === '') {
    throw new InvalidArgumentError({
      parameter: 'QUESTION',
      value: question,
      message: 'the question must not be empty.',
    });
  }
  const before = await readAttachments(attached ?? [], context);
  const after = question === argument ? await readMaterial(context) : [];
  const texts = [...before, ...after].filter((file) => 'text' in file);
  const mark = fenceMark(texts.map(({ text }) => text));
  const fence = (file: AttachedFile) => ('text' in file ? [fenced(mark, 'file', file.text, oneLine(file.name))] : []);
  return {
    text: [...before.flatMap(fence), question, ...after.flatMap(fence)].join('\n\n'),
    files: [...before, ...after].flatMap((file) => ('part' in file ? [file.part] : [])),
  };
}

/** Standard input as the question. */
async function readPiped(argument: string | undefined, context: CliContext): Promise<string> {
  if (argument === undefined && context.stdin.isTTY === true) {
    throw refuse('Nothing was asked. Write the question after the command, in quotes.');
  }
  const bytes = await readAll(context);
  if (!isUtf8(bytes)) throw refuse('The question on standard input is not UTF-8.');
  if (bytes.length > MAX_FILE_BYTES) throw refuse('The question on standard input is too long.');
  // The line end at the end comes from echo and editors; a byte order mark goes with decoding.
  const question = new TextDecoder().decode(bytes).replace(/\r?\n$/, '');
  if (question.trim() === '') throw refuse('The question on standard input is empty.');
  return question;
}

/** Standard input beside a question: a text, an image or the like; nothing where nothing comes. */
async function readMaterial(context: CliContext): Promise<readonly AttachedFile[]> {
  const kind = kindOf(context.stdin);
  if (kind === 'other' || (kind === 'socket' && !(await hasSomething(context)))) return [];
  const timer = setTimeout(() => {
    context.stderr.write(
      'Waiting for the end of standard input, which belongs to the question. If there is none, add: < /dev/null\n',
    );
  }, PATIENCE_MS);
  try {
    const bytes = await readAll(context);
    if (bytes.length === 0 || (isUtf8(bytes) && bytes.toString().trim() === '')) return [];
    return [
      toAttachedFile(bytes, {
        name: 'standard input',
        size: bytes.length,
        refuse: (message) => refuse(`Standard input cannot be used: ${message}`),
      }),
    ];
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What standard input is: a pipe or file, whose end is waited for; a socket, which programs that start others make and
 * often neither use nor close; or a terminal, or a device such as /dev/null.
 */
function kindOf({ isTTY, fd }: InputStream): 'pipe' | 'socket' | 'other' {
  if (isTTY === true) return 'other';
  if (fd === undefined) return 'pipe';
  try {
    const stats = fstatSync(fd);
    return stats.isFIFO() || stats.isFile() ? 'pipe' : stats.isSocket() ? 'socket' : 'other';
  } catch {
    return 'other';
  }
}

/** Whether something can be read, or the end, within a short time. */
async function hasSomething({ stdin, abortSignal }: CliContext): Promise<boolean> {
  const signal = AbortSignal.any([abortSignal, AbortSignal.timeout(SOCKET_MS)]);
  return once(stdin, 'readable', { signal }).then(
    () => true,
    () => {
      abortSignal.throwIfAborted();
      return false;
    },
  );
}

/** Standard input as far as the largest limit, and somewhat more where it is longer. */
function readAll({ stdin, abortSignal }: CliContext): Promise<Buffer> {
  const read = async () => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of stdin) {
      const bytes = Buffer.from(chunk);
      chunks.push(bytes);
      length += bytes.length;
      if (length > MAX_FILE_BYTES) break;
    }
    return Buffer.concat(chunks);
  };
  return raceAbort(read(), abortSignal);
}

function refuse(message: string): CommandError {
  return new CommandError(message, { exitCode: EXIT_CODES.usage });
}
