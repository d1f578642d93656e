import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError } from '../../index.ts';
import { withFileLock } from '../../util/file-lock.ts';
import { UNFINISHED_SUFFIX, writePrivateFile } from '../../util/write-private-file.ts';
import { codeOf, CommandError, writeProblem } from '../errors.ts';
import { dataFolder } from '../io/data-folder.ts';
import type { Environment } from '../io/terminal.ts';
import { type Conversation, conversationSchema, fitTurns, type Turn } from './conversation.ts';

/** Limits on what is kept: conversations, bytes of all, and characters of one. */
const LIMITS = { count: 100, bytes: 100e6, length: 30e6 };

/** Questions and answers are private. */
const OWNER_ONLY = 0o700;

/** A letter or digit first, so that no name is a path or a hidden file. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,49}$/u;

/** Keeps names that systems reserve, such as NUL, from being whole names of files. */
const PREFIX = 'conversation-';
const SUFFIX = '.json';

/** A file of an interrupted process that is older than this is removed, in milliseconds. */
const ABANDONED_MS = 3600e3;

/** A conversation in the folder. */
export interface StoredConversation {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** When its last turn was added. */
  readonly updatedAt: Date;
}

/**
 * Conversations in a folder that only the user can read, each in a file of its own. Several processes may use it at
 * once. There is a limit, at which the oldest is dropped.
 */
export class ConversationStore {
  readonly #folder: string;
  readonly #limits: typeof LIMITS;

  /** @param options.limits for tests. */
  constructor({ env, limits = LIMITS }: { env: Environment; limits?: typeof LIMITS }) {
    this.#folder = join(dataFolder(env), 'conversations');
    this.#limits = limits;
  }

  /**
   * Makes sure that conversations can be kept, before anything is asked.
   *
   * @throws InvalidArgumentError
   */
  async prepare(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: OWNER_ONLY });
      await access(this.#folder, constants.W_OK);
    } catch (error) {
      throw new InvalidArgumentError({
        parameter: 'LLM_BLENDER_DATA',
        value: this.#folder,
        message: `conversations cannot be kept there: ${writeProblem(error)}`,
      });
    }
  }

  /** All of them, the last used first. */
  async list(): Promise<readonly StoredConversation[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    });
    const found = await Promise.all(names.map((file) => this.#find(file)));
    return found.filter((one) => one !== undefined).toSorted((a, b) => Number(b.updatedAt) - Number(a.updatedAt));
  }

  /**
   * Reads one; undefined where there is none.
   *
   * @throws CommandError for a file that is damaged.
   */
  async read(name: string): Promise<Conversation | undefined> {
    const path = this.#path(name);
    try {
      return conversationSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw new CommandError(
        `The conversation ${name} cannot be read: ${path} is damaged. Remove it with: llm-blender conversations clear ${name}`,
      );
    }
  }

  /**
   * Adds a turn at the end, also where another process has added some meanwhile, and drops what exceeds the limits.
   *
   * @returns how many turns were shortened or dropped to keep the conversation within its limit.
   */
  async add(name: string, turn: Turn, { system }: { system: string | undefined }): Promise<{ shortened: number }> {
    const path = this.#path(name);
    await this.prepare();
    return withFileLock({ path: join(this.#folder, 'conversations') }, async (signal) => {
      const earlier = await this.read(name);
      const { turns, shortened } = fitTurns([...(earlier?.turns ?? []), turn], this.#limits.length);
      signal.throwIfAborted();
      const conversation: Conversation = { version: 1, system, turns: [...turns] };
      if (turns.length > 0) await writePrivateFile(path, JSON.stringify(conversation));
      await this.#prune(name);
      return { shortened };
    });
  }

  /** Removes one, where there is one. */
  async remove(name: string): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  async #find(file: string): Promise<StoredConversation | undefined> {
    if (!file.startsWith(PREFIX) || !file.endsWith(SUFFIX)) return undefined;
    const path = join(this.#folder, file);
    // It may have gone meanwhile.
    const stats = await stat(path).catch(() => undefined);
    if (stats === undefined) return undefined;
    return { name: file.slice(PREFIX.length, -SUFFIX.length), path, bytes: stats.size, updatedAt: stats.mtime };
  }

  #path(name: string): string {
    return join(this.#folder, `${PREFIX}${checkName(name)}${SUFFIX}`);
  }

  async #prune(newest: string): Promise<void> {
    let bytes = 0;
    for (const [index, one] of (await this.list()).entries()) {
      bytes += one.bytes;
      const isTooMuch = index >= this.#limits.count || bytes > this.#limits.bytes;
      if (isTooMuch && one.name !== newest) await rm(one.path, { force: true });
    }
    for (const file of await readdir(this.#folder)) {
      if (!file.endsWith(UNFINISHED_SUFFIX)) continue;
      const path = join(this.#folder, file);
      const stats = await stat(path).catch(() => undefined);
      if (stats !== undefined && Date.now() - stats.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
    }
  }
}

/** A name for a conversation that is given none: its beginning, in the time of the user. */
export function newName(now: Date): string {
  const digits = (value: number) => String(value).padStart(2, '0');
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map(digits).join('');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(digits).join('');
  return `${day}-${time}-${randomBytes(2).toString('hex')}`;
}

function checkName(name: string): string {
  const normal = name.normalize('NFC');
  if (NAME.test(normal)) return normal;
  throw new InvalidArgumentError({
    parameter: '--conversation',
    value: name,
    message: 'expected at most 50 letters, digits, dots, dashes and underscores, a letter or digit first.',
  });
}
