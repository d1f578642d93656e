import { hash } from 'node:crypto';
import type { FuserFuseOptions } from '../spec/fuser.ts';
import type { FusionAnalysis } from '../spec/fusion-analysis.ts';
import { type Task, taskText } from '../spec/task.ts';
import { fenced, fenceMark } from '../util/fence.ts';

/** A candidate as the fuser sees it: without the name of its model. */
export interface FusionCandidate {
  /** Untrusted; shortened if it was too long. */
  readonly text: string;
  /** 1 = best, ties share the smallest; undefined if hidden or unknown. */
  readonly rank: number | undefined;
  /** Higher = better; undefined if hidden or unknown. */
  readonly score: number | undefined;
}

/** The material of a fusion prompt. */
export interface FusionMaterial {
  readonly task: Task;
  /** At least one. */
  readonly candidates: readonly FusionCandidate[];
  /** Whether the candidates are sorted, best first; false if ranks are hidden, and the order depends on the texts alone. */
  readonly bestFirst: boolean;
  /** The analysis, if there was one. */
  readonly analysis: FusionAnalysis | undefined;
  /**
   * Puts a text between two lines with a delimiter that no text of this prompt contains, so that it cannot end its own
   * fence.
   *
   * @param label what it is, such as `draft-1`.
   * @param note a remark on it.
   */
  fence(label: string, text: string, note?: string): string;
}

/**
 * Writes the prompt of a fusion. Called several times with texts of different lengths, so it must depend on them alone.
 */
export type FusionPromptFunction = (material: FusionMaterial) => string;

/** The parts of {@link FusionMaterial} that are given. */
export type FusionParts = Omit<FusionMaterial, 'fence'>;

/** The fences that a prompt has. */
export interface PromptFences {
  /** The delimiter, a hash. */
  readonly mark: string;
  /** In the order of the prompt, such as `draft-1`. */
  readonly labels: readonly string[];
}

/** Adds the fence, whose delimiter depends on all texts. `onFence` is called with each that is made. */
export function withFence(parts: FusionParts, onFence?: (mark: string, label: string) => void): FusionMaterial {
  const texts = [
    taskText(parts.task),
    ...parts.candidates.map(({ text }) => text),
    JSON.stringify(parts.analysis ?? ''),
  ];
  const mark = fenceMark(texts);
  const fence: FusionMaterial['fence'] = (label, text, note) => {
    onFence?.(mark, label);
    return fenced(mark, label, text, note);
  };
  return { ...parts, fence };
}

/**
 * The candidates as the caller wants them shown. Where ranks are hidden, their order depends on the texts alone.
 */
export function shownCandidates(
  { candidates, ranks, scores }: Pick<FuserFuseOptions, 'candidates' | 'ranks' | 'scores'>,
  { showRanks, showScores }: { showRanks: boolean; showScores: boolean },
): Pick<FusionParts, 'candidates' | 'bestFirst'> {
  const shown = candidates.map((text, index) => ({
    text,
    rank: showRanks ? ranks?.[index] : undefined,
    score: showScores ? scores?.[index] : undefined,
  }));
  if (showRanks) return { candidates: shown, bestFirst: true };
  const drawn = shown.map((candidate) => ({ candidate, key: hash('sha256', candidate.text) }));
  const order = drawn.toSorted((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  return { candidates: order.map(({ candidate }) => candidate), bestFirst: false };
}

/** Rank and score of a candidate in a few words; empty where they are hidden. */
export function candidateNote({ rank, score }: FusionCandidate): string {
  return [
    ...(rank === undefined ? [] : [`rank ${rank}`]),
    ...(score === undefined ? [] : [`score ${Number(score.toPrecision(3))}`]),
  ].join(', ');
}
