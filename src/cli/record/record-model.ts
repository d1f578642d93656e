import { open } from 'node:fs/promises';
import { InvalidArgumentError, listProviders, NoCandidatesError } from '../../index.ts';
import { errorMessage } from '../../util/error-message.ts';
import type { CliContext } from '../cli-context.ts';
import { writeProblem } from '../errors.ts';
import { readPackageInfo } from '../package-info.ts';
import { type ConfigChoice, readConfiguration } from '../with-blender.ts';
import { maskExchange } from './mask-private.ts';
import { Recorder } from './recorder.ts';
import { writeRecording } from './recording.ts';

/** A question with nothing private in it. */
const QUESTION = 'Name three primary colours, in one short sentence.';

/** What is compared: one answer is plainly better. */
const ANSWERS = { a: 'Red, yellow and blue.', b: 'I do not know.' };

/** Headers of the configuration that hold keys. */
const SECRET_NAME = /key|token|auth|secret|cookie|password/i;

/** Options of {@link recordModel}. */
export interface RecordOptions extends ConfigChoice {
  /** The file to write. */
  readonly record: string;
  readonly model: string | undefined;
  readonly question: string | undefined;
  /** Whether the question becomes x's in the file. */
  readonly hideQuestion: boolean | undefined;
}

/** What became of one piece of work. */
export interface RecordedStep {
  readonly name: string;
  readonly isDone: boolean;
  /** What came, or why nothing did. Untrusted. */
  readonly detail: string;
}

/** Result of {@link recordModel}. */
export interface RecordResult {
  readonly steps: readonly RecordedStep[];
  readonly exchanges: number;
}

/**
 * Asks a model a question and for a comparison, as a blend does, and writes what went over the wire to a file, without
 * keys, ids and the like.
 *
 * @throws InvalidArgumentError for a model that is not asked over HTTP, and a file that cannot be written.
 */
export async function recordModel(
  { record, model, question = QUESTION, hideQuestion = false, ...choice }: RecordOptions,
  { createBlender, env, abortSignal }: Pick<CliContext, 'createBlender' | 'env' | 'abortSignal'>,
): Promise<RecordResult> {
  if (model === undefined) {
    throw new InvalidArgumentError({ parameter: '--model', value: model, message: 'name the model to ask.' });
  }
  const config = await readConfiguration(choice, { env });
  const [name = ''] = model.split('/', 1);
  const listed = await listProviders({ providers: config.providers, env, ask: false });
  const provider = listed.find((each) => each.name === name);
  if (provider === undefined) {
    const names = listed.map((each) => each.name).join(', ');
    throw new InvalidArgumentError({
      parameter: '--model',
      value: model,
      message: `expected the name of a model that is asked over HTTP, provider/model, with one of the providers ${names}.`,
    });
  }
  const given = config.providers?.[name];
  const address = new URL(provider.baseURL);
  const { search } = new URL(given?.baseURL ?? provider.baseURL);
  // Before anything is asked: it may cost something.
  await using file = await open(record, 'w').catch((error: unknown) => {
    throw new InvalidArgumentError({ parameter: '--record', value: record, message: writeProblem(error) });
  });
  await using recorder = await Recorder.start(address.origin);
  await using blender = createBlender({
    ...config,
    providers: { ...config.providers, [name]: { ...given, baseURL: recorder.url + address.pathname + search } },
    // The proxies of the environment are for the way from the recorder on.
    env: { ...env, NO_PROXY: '*', no_proxy: '*' },
    cache: false,
  });
  const call = { prompt: question, maxRetries: 0, abortSignal };
  const step = stepAt({ endpoint: address.origin, recorder: recorder.url });
  const steps = [
    await step('answer', async () => {
      const { candidates } = await blender.generateCandidates({ ...call, models: [model] });
      return candidates[0]?.text ?? '';
    }),
    await step('comparison', async () => {
      const { winner } = await blender.compare({ ...call, ...ANSWERS, ranker: `judge:${model}` });
      return winner === 'a' ? 'the better answer won' : `winner: ${winner ?? 'none'}`;
    }),
  ];
  const secrets = [
    ...(provider.keyVariable === undefined ? [] : [env[provider.keyVariable]?.trim() ?? '']),
    ...Object.entries(given?.headers ?? {}).flatMap(([header, value]) =>
      SECRET_NAME.test(header) ? [value, ...value.split(/\s+/).slice(1)] : [],
    ),
    ...new URLSearchParams(search).values(),
    ...(hideQuestion ? [question] : []),
  ];
  const { version } = readPackageInfo();
  const about = `recorded by llm-blender ${version}, Node ${process.versions.node}, ${process.platform}, API ${provider.api}`;
  const exchanges = recorder.exchanges.map((exchange) => maskExchange(exchange, secrets));
  await file.writeFile(writeRecording(exchanges, { about }));
  // The file is there also where somebody had enough of waiting: what did not come is what it shows.
  abortSignal.throwIfAborted();
  return { steps, exchanges: exchanges.length };
}

/** Does one piece of work after another; what went wrong names the endpoint, not the recorder in front of it. */
function stepAt({ endpoint, recorder }: { endpoint: string; recorder: string }) {
  return async (name: string, work: () => Promise<string>): Promise<RecordedStep> => {
    try {
      return { name, isDone: true, detail: await work() };
    } catch (error) {
      const [failure] = error instanceof NoCandidatesError ? error.failures : [];
      const detail = failure?.message ?? errorMessage(error);
      return { name, isDone: false, detail: detail.replaceAll(recorder, endpoint) };
    }
  };
}
