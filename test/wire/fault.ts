import type { FailureKind } from '../../src/index.ts';
import type { Random } from '../../src/util/random.ts';
import { ERROR_CASES, ERRORS_BETWEEN } from './error-cases.ts';
import { fixture, inPieces, type Reply, upTo, withHeaders } from './reply.ts';
import type { APIS } from './wire-blender.ts';

/** A reply, and what must become of the call that gets it as its last. */
export interface Fault {
  readonly reply: Reply;
  readonly outcome: 'candidate' | FailureKind;
  /** Whether the call is made again after it, while retries are left. */
  readonly again: boolean;
}

/** A reply of an API by chance: half of them are answers. */
export function drawFault(folder: (typeof APIS)[number]['folder'], random: Random): Fault {
  const plain = fixture(`${folder}/plain`);
  const draw = random.uniform();
  if (draw < 0.5)
    return { reply: inPieces(plain, 50 + Math.floor(random.uniform() * 1000)), outcome: 'candidate', again: false };
  if (draw < 0.8) return drawError(folder, random);
  if (draw < 0.86) return { reply: upTo(plain, 0.75, 'cut'), outcome: 'interrupted', again: false };
  if (draw < 0.92) return { reply: fixture('any/page'), outcome: 'invalid-response', again: false };
  if (draw < 0.98) {
    const blocked = {
      gemini: 'blocked-prompt',
      openai: 'refusal',
      'openai-chat': 'content-filter',
      anthropic: 'refusal',
    };
    return folder === 'ollama'
      ? { reply: fixture('ollama/empty'), outcome: 'empty', again: false }
      : { reply: fixture(`${folder}/${blocked[folder]}`), outcome: 'blocked', again: false };
  }
  // Rarely, since the wait before the second try is long where a server does not say how long.
  if (draw < 0.983) return { reply: { ...plain, ending: 'refuse' }, outcome: 'unreachable', again: true };
  // A whole answer where a stream was asked for.
  return { reply: fixture(`${folder}/generate`), outcome: 'candidate', again: false };
}

/** An answer that stops in the middle and never ends. */
export function hang(folder: (typeof APIS)[number]['folder']): Fault {
  return { reply: upTo(fixture(`${folder}/plain`), 0.75, 'hang'), outcome: 'timeout', again: false };
}

function drawError(folder: string, random: Random): Fault {
  const cases = [...ERROR_CASES.filter(([reply]) => reply.startsWith(`${folder}/`)), ...ERRORS_BETWEEN];
  const [reply, outcome, { again }] = cases[Math.floor(random.uniform() * cases.length)] ?? ERRORS_BETWEEN[0];
  return { reply: withHeaders(fixture(reply), { 'retry-after-ms': '1' }), outcome, again };
}
