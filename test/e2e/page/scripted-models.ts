import { CountingServer, type Reply } from '../../calls/counting-server.ts';

/** What each scripted model answers, and how good that is to the scripted judge. */
export const MODELS: Readonly<Record<string, { readonly worth: number; readonly text: string }>> = {
  quill: {
    worth: 4,
    text: 'Imagine a box. You open it and find a **smaller box** inside. You open that one too, and there is a smaller one again. You go on until you reach a box so small that nothing fits in it. That is where you stop.\n\nRecursion is like that: to do a big job, you do *the same job* on something smaller, until it is so small that it is easy.',
  },
  heron: {
    worth: 3,
    text: 'Think of two mirrors that face each other. Each mirror shows the other mirror, which shows the first one again, smaller each time.\n\nA recursive rule works the same way:\n\n1. Do a small piece.\n2. Ask yourself to do the rest.\n3. Stop when nothing is left.',
  },
  lark: {
    worth: 2,
    text: 'Recursion is when a function calls itself. Every call works on a smaller part of the problem, and there is a *base case* at which it ends.\n\n```python\ndef count_down(n):\n    if n == 0:\n        return "Lift-off!"\n    return count_down(n - 1)\n```',
  },
  wren: { worth: 1, text: 'To understand recursion, you must first understand recursion.' },
};

const FUSED =
  'Imagine a box with a **smaller box** inside, and in that one a smaller box again. You open one after the other until you reach a box so small that nothing fits in it, and there you stop.\n\nRecursion is doing a big job that way:\n\n1. Do a small piece.\n2. Do *the same job* on what is left.\n3. Stop when it is so small that it is easy.';

const ANALYSIS = {
  agreement: ['The same step is repeated on something smaller.', 'There is a point at which it stops.'],
  contradictions: ['Two mirrors never stop; a recursion has to.'],
  uniquePoints: ['A program can count down that way.'],
  blindSpots: ['An example that a child can try out.'],
};

interface Body {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
}

/** All texts of a request. */
export function promptOf({ messages }: Body): string {
  return messages.map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content))).join('\n');
}

/** What a request is for. */
export function kindOf(body: Body): 'answer' | 'judge' | 'analysis' | 'fusion' {
  const prompt = promptOf(body);
  if (prompt.includes('compare the two candidates A and B')) return 'judge';
  if (prompt.includes('blindSpots') || prompt.includes('Right and useful points')) return 'analysis';
  return /The drafts above answer|Summarize candidates into a better one/.test(prompt) ? 'fusion' : 'answer';
}

/** The better answer in a prompt of a judge, by the beginning of what the scripted models say. */
function verdict(prompt: string, fusedWorth: number): string {
  const known = [...Object.values(MODELS), { worth: fusedWorth, text: FUSED }]
    .map(({ worth, text }) => ({ worth, at: prompt.indexOf(text.slice(0, 40)) }))
    .filter(({ at }) => at !== -1)
    .toSorted((one, other) => one.at - other.at);
  const [first, second] = known;
  const difference = (first?.worth ?? 2.5) - (second?.worth ?? 2.5);
  if (difference === 0) return '3. Same good';
  return difference > 0
    ? 'The first one stays with one picture that a child knows, the second one does not. 1. A is better'
    : 'The second one is easier to follow for a child. 2. B is better';
}

/** What the scripted models reply. A model that is not known echoes its name. */
export function scripted(body: Body, { fusedWorth = 5, more = {} }: ScriptOptions = {}): Reply {
  const own = more[body.model];
  switch (kindOf(body)) {
    case 'judge':
      return { text: verdict(promptOf(body), fusedWorth) };
    case 'analysis':
      return { text: JSON.stringify(ANALYSIS) };
    case 'fusion':
      return own?.({ isFusion: true }) ?? { text: FUSED };
    default:
      return own?.({ isFusion: false }) ?? { text: MODELS[body.model]?.text ?? `An answer of ${body.model}.` };
  }
}

export interface ScriptOptions {
  /** How good the fused answer is to the judge; the best candidate has 4. */
  readonly fusedWorth?: number;
  /** Replies of single models in place of the usual ones. */
  readonly more?: Readonly<Record<string, (request: { readonly isFusion: boolean }) => Reply>>;
}

/** A configuration with these models at an endpoint, the judge `lab/owl` and the fuser `lab/quill`. */
export function labConfig(baseURL: string, models: readonly string[] = Object.keys(MODELS)) {
  return {
    providers: { lab: { baseURL } },
    prices: Object.fromEntries(
      ['owl', ...models].map((model) => [`lab/${model}`, { inputPerMillion: 1, outputPerMillion: 4 }]),
    ),
    cache: false,
    blends: {
      birds: {
        models: models.map((model) => `lab/${model}`),
        ranker: 'judge:lab/owl',
        fuser: 'lab/quill',
        maxRetries: 0,
      },
    },
  };
}

/** The scripted models on a socket. */
export async function startUpstream(reply: (body: Body, index: number) => Reply = (body) => scripted(body)) {
  return await CountingServer.start(reply);
}
