import { InvalidArgumentError } from '../../../error/index.ts';
import type { Pair } from '../../../spec/pair-ranker.ts';
import type { JudgeLanguage } from '../../../spec/ranker-choice.ts';
import { type Task, taskText } from '../../../spec/task.ts';
import { fenced, fenceMark } from '../../../util/fence.ts';
import { fitText, fitTexts, type Measure } from '../../../util/fit-texts.ts';
import { ENGLISH } from './english.ts';
import type { JudgeQuestion, JudgeTexts } from './judge-texts.ts';

const LANGUAGES: Readonly<Record<JudgeLanguage, JudgeTexts>> = { en: ENGLISH };

/** What judges are asked in a language. @throws InvalidArgumentError */
export function judgeTexts(language: JudgeLanguage = 'en'): JudgeTexts {
  if (Object.hasOwn(LANGUAGES, language)) return LANGUAGES[language];
  const names = Object.keys(LANGUAGES).join(', ');
  throw new InvalidArgumentError({ parameter: 'language', value: language, message: `expected one of: ${names}.` });
}

/**
 * Asks for a comparison: the task, both candidates, the four choices. What changes least between pairs stands first, so
 * that a model can keep the work on a common beginning.
 */
export function pairPrompt(texts: JudgeTexts, { task, left, right }: Pair, question: JudgeQuestion = 'choice'): string {
  return fencedPrompt(task, { 'candidate-A': left, 'candidate-B': right }, [texts.pair, texts.question[question]]);
}

/** Asks for an order of all candidates at once: numbers in the order shown, best first. */
export function listPrompt(texts: JudgeTexts, task: Task, candidates: readonly string[]): string {
  const numbers = candidates.map((_, index) => index + 1);
  const example = numbers.map((number) => `[${number}]`).toReversed();
  return fencedPrompt(task, Object.fromEntries(candidates.map((text, index) => [`candidate-${index + 1}`, text])), [
    texts.list({ size: candidates.length, example: example.join(' > ') }),
  ]);
}

/**
 * Each text between two lines with a mark that is hashed from it and the task alone: no text can hold its own
 * (`docs/decisions/0009-judge-fences.md`), and prompts with the same left side begin alike.
 */
function fencedPrompt(task: Task, candidates: Readonly<Record<string, string>>, request: readonly string[]): string {
  const instruction = taskText(task);
  const fences = Object.entries({ instruction, ...candidates }).map(([label, text]) =>
    fenced(fenceMark([label, instruction, text]), label, text),
  );
  return [...fences, ...request].join('\n\n');
}

interface FitLimits {
  /** Most tokens of the whole prompt. */
  readonly budget: number;
  readonly measure: Measure;
}

const NO_TASK: Task = { instruction: '', input: '' };

/** Shortens task and candidates so that the prompt of the pair fits. */
export function fitPair(
  texts: JudgeTexts,
  { task, left, right }: Pair,
  limits: FitLimits,
): { readonly pair: Pair; readonly truncated: boolean } {
  const frame = pairPrompt(texts, { task: NO_TASK, left: '', right: '' });
  const fitted = fitTaskAndCandidates(task, [left, right], { ...limits, frame });
  const [fittedLeft = '', fittedRight = ''] = fitted.candidates;
  return { pair: { task: fitted.task, left: fittedLeft, right: fittedRight }, truncated: fitted.cut.includes(true) };
}

/** Shortens task and candidates so that the prompt of the list fits. */
export function fitList(texts: JudgeTexts, task: Task, candidates: readonly string[], limits: FitLimits): FittedTexts {
  const frame = listPrompt(
    texts,
    NO_TASK,
    candidates.map(() => ''),
  );
  return fitTaskAndCandidates(task, candidates, { ...limits, frame });
}

interface FittedTexts {
  readonly task: Task;
  readonly candidates: readonly string[];
  /** For each candidate, whether it or the task was shortened. */
  readonly cut: readonly boolean[];
}

/** Cuts out of the middle; the task takes at most a quarter of what the frame, a prompt without texts, leaves. */
function fitTaskAndCandidates(
  task: Task,
  candidates: readonly string[],
  { budget, measure, frame }: FitLimits & { frame: string },
): FittedTexts {
  const room = Math.max(0, budget - measure(frame));
  const instruction = fitText(taskText(task), Math.floor(room / 4), measure);
  const { texts } = fitTexts(candidates, room - measure(instruction.text), measure);
  return {
    task: { ...task, instruction: instruction.text, input: '' },
    candidates: texts,
    cut: texts.map((text, index) => instruction.cut || text !== candidates[index]),
  };
}
