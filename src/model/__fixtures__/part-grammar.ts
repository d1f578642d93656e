import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';

/** What the order of the parts of a stream breaks of what the AI SDK reads it by; empty for a stream that is in order. */
export function grammarProblems(parts: readonly LanguageModelV4StreamPart[]): readonly string[] {
  const problems: string[] = [];
  const open = new Map<string, string>();
  const inputsDone = new Set<string>();
  const calls = new Set<string>();
  const check = (isRight: boolean, problem: string) => {
    if (!isRight) problems.push(problem);
  };
  const last = parts.length - 1;
  check(parts[0]?.type === 'stream-start', 'stream-start is not first');
  for (const [index, part] of parts.entries()) {
    const where = `${index}: ${part.type}`;
    const block = /^(text|reasoning|tool-input)-(start|delta|end)$/.exec(part.type);
    if (block !== null && 'id' in part && part.id !== undefined) {
      const [, kind = '', step] = block;
      const key = `${kind} ${part.id}`;
      if (step === 'start') {
        check(!open.has(key), `${where} of a block that is open`);
        open.set(key, kind);
      } else check(open.has(key), `${where} of a block that is not open`);
      if (step === 'end') {
        open.delete(key);
        if (kind === 'tool-input') inputsDone.add(part.id);
      }
      continue;
    }
    switch (part.type) {
      case 'stream-start':
        check(index === 0, `${where} again`);
        break;
      case 'response-metadata':
        check(open.size === 0, `${where} inside of a block`);
        break;
      case 'tool-call':
        check(!open.has(`tool-input ${part.toolCallId}`), `${where} before the end of its input`);
        check(!calls.has(part.toolCallId), `${where} again`);
        check(isJson(part.input), `${where} with an input that is no JSON`);
        calls.add(part.toolCallId);
        inputsDone.delete(part.toolCallId);
        break;
      case 'finish':
        check(index === last, `${where} is not last`);
        check(open.size === 0, `${where} with an open block`);
        check(inputsDone.size === 0, `${where} with an input and no call`);
        check(calls.size === 0 || part.finishReason.unified === 'tool-calls', `${where} with calls and another reason`);
        break;
      default:
    }
  }
  check(parts.at(-1)?.type === 'finish', 'finish is not last');
  return problems;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
